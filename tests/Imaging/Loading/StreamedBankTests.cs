using Distill.Datasets.Images;
using Distill.Imaging.Loading;
using Distill.Learning.Native;
using Tests.Datasets.Packs;
using Tests.Golden;
using Tests.Learning;
using Tests.Learning.Native;
using static TorchSharp.torch;

namespace Tests.Imaging.Loading;

[Collection(TorchTests.Name)]
public sealed class StreamedBankTests : IDisposable
{
    private readonly PhotoFolder _photos = new();

    [Fact]
    public unsafe void The_views_of_a_large_batch_are_in_huge_pages()
    {
        using var bank = ImageBank.Open(_photos.Open().Train(), CPU, threads: 2);
        using var views = bank.Prepare(PhotoFolder.Plan(bank)(0) with { Size = 600 }, CancellationToken.None)!;

        Assert.True(views.numel() * views.ElementSize > 32 << 20, "malloc gives such a tensor a mapping of its own");

        using var first = views.view(-1).narrow(0, 0, 1);
        fixed (byte* data = first.bytes)
        {
            Assert.True(Mapping.Of(HugePages.WholePages((nuint)data, 32 << 20).Start).IsHuge);
        }
    }

    [Fact]
    public void Image_whose_views_span_batches_is_decoded_once_and_its_views_stay_the_same()
    {
        var pixels = new CountingPixels(count: 3, channels: 3);
        var images = new ImageSet("counting", new ImageShape(3, 8, 8), pixels, [0, 0, 0], ["any"]);
        var crops = Enumerable.Range(0, 15).Select(view => new ViewRequest(view / 5, new Crop(view / 40f, 0, 0.5f, 0.5f, view % 2 == 0)));
        var batches = crops.Chunk(4).Select(views => new ViewBatch(views)).ToArray();
        using var bank = new StreamedBank(images, CPU, threads: 2);
        using var loader = new ViewLoader(bank, step => batches[step], batches.Length);
        var actual = batches.Select((_, step) => loader.At(step)).ToArray();

        Assert.Equal(3, pixels.Decoded);
        foreach (var (views_NCHW, batch) in actual.Zip(batches))
        {
            using var fresh = new StreamedBank(images, CPU, threads: 1);
            using var expected_NCHW = fresh.Cut(batch);
            Close.Exactly(expected_NCHW, views_NCHW);
            views_NCHW.Dispose();
        }
    }

    public void Dispose() => _photos.Dispose();
}
