using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using Distill.Imaging.Loading;
using Distill.Learning.Randomness;
using SkiaSharp;
using Tests.Datasets.Folders;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging.Loading;

/// <summary>Photographs of a dataset with the option <c>pack</c>, compared with the same dataset without it.</summary>
[Collection(TorchTests.Name)]
public sealed class PackedPhotosTests : IDisposable
{
    private static readonly ViewOperation[] Operations =
        [new Jitter(0.8, 0.4, 0.4, 0.4, 0.1), new Grayscale(0.2), new Blur(0.5, (0.1, 2))];

    private readonly PhotoFolder _photos = new();
    private readonly List<string> _log = [];

    private IEnumerable<string> Packing => _log.Where(line => line.StartsWith("Packing", StringComparison.Ordinal));

    [Theory]
    [InlineData(null, 3, 1)]
    [InlineData(null, 1, 3)]
    [InlineData(30, 3, 3)]
    [InlineData(45, 1, 1)]
    public void Views_from_a_pack_have_the_same_bits(int? shorterSide, int channels, int threads)
    {
        using var scope = NewDisposeScope();
        using var plain = Bank(pack: false, shorterSide, channels, threads: 2);
        using var packed = Bank(pack: true, shorterSide, channels, threads);
        using var again = Bank(pack: true, shorterSide, channels, threads);
        for (var step = 0; step < 8; step++)
        {
            var batch = PhotoFolder.Plan(plain)(step) with { Operations = Operations };
            var expected = plain.Cut(batch);

            Close.Exactly(expected, packed.Cut(batch));
            Close.Exactly(expected, again.Cut(batch));
        }

        Assert.Single(Packing);
        Assert.Single(Directory.GetFiles(_photos.Index, "*.pixels", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_pack_of_a_changed_photo_is_replaced()
    {
        using var scope = NewDisposeScope();
        Bank(pack: true).Dispose();
        File.WriteAllBytes(_photos.PathOf(3), Pictures.OneColor(SKColors.Red, 63, 87, SKEncodedImageFormat.Jpeg));
        using var bank = Bank(pack: true);

        Assert.Contains("made from other images", Packing.Last(), StringComparison.Ordinal);
        Assert.True(bank.Take([3]).mean([0, 2, 3]).data<float>().ToArray() is [> 0.95f, < 0.05f, < 0.05f]);
    }

    [Fact]
    public void Nothing_is_packed_before_images_are_read_in_bulk()
    {
        using var scope = NewDisposeScope();
        var dataset = _photos.Open(options => options with { Pack = true }, _log.Add);
        using var bank = ImageBank.Open(dataset.Train(), CPU, threads: 2);
        var options = new AugmentationOptions(new CropOptions((0.08, 1), (0.75, 4.0 / 3), 0.5), Operations);

        Assert.Equal(3, ViewSheet.Rows(bank, options, RandomKey.FromSeed(0), images: 4, views: 2).Count());
        Assert.Empty(Packing);
        Assert.Equal(_photos.Open().TrainFingerprint(), dataset.TrainFingerprint());

        using var loader = new ViewLoader(bank, PhotoFolder.Plan(bank), steps: 8);

        Assert.Single(Packing);
    }

    [Fact]
    public void Another_size_has_a_pack_of_its_own()
    {
        Bank(pack: true, shorterSide: 30).Dispose();
        Bank(pack: true, shorterSide: 40).Dispose();
        Bank(pack: true, shorterSide: 30).Dispose();

        Assert.Equal(2, Packing.Count());
    }

    public void Dispose() => _photos.Dispose();

    private ImageBank Bank(bool pack, int? shorterSide = null, int channels = 3, int threads = 2)
    {
        var train = _photos.Open(options => options with { Pack = pack, ShorterSide = shorterSide, Channels = channels }, _log.Add).Train();
        train.Pixels.Prepare();
        return ImageBank.Open(train, CPU, threads);
    }
}
