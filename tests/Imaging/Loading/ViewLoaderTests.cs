using Distill.Datasets.Images;
using Distill.Datasets.Resampling;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using Distill.Imaging.Loading;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging.Loading;

/// <summary>Tests the path of images of any size from files to batches.</summary>
[Collection(TorchTests.Name)]
[Trait("Category", "Slow")]
public sealed class ViewLoaderTests : IDisposable
{
    private static readonly RandomKey Key = RandomKey.FromSeed(3).Fold("loader");
    private readonly PhotoFolder _photos = new();

    public void Dispose() => _photos.Dispose();

    [Theory]
    [InlineData(2, 1024)]
    [InlineData(7, 1024)]
    [InlineData(3, 0)]
    public void Threads_and_cache_do_not_affect_views(int threads, int cacheMiB)
    {
        using var scope = NewDisposeScope();
        var expected = Load(threads: 1, cacheMiB: 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        var actual = Load(threads, cacheMiB, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        Assert.All(expected.Zip(actual), pair => Close.Exactly(pair.First, pair.Second));
    }

    [Fact]
    public void Jumps_between_steps_do_not_affect_views()
    {
        using var scope = NewDisposeScope();
        var all = Load(threads: 1, cacheMiB: 0, [.. Enumerable.Range(0, 12)]);
        int[] jumps = [7, 8, 2, 3, 4, 11, 0, 0, 10];
        Assert.All(jumps.Zip(Load(threads: 3, cacheMiB: 1, jumps)), pair => Close.Exactly(all[pair.First], pair.Second));
    }

    [Fact]
    public void Nothing_beyond_the_last_step_is_loaded()
    {
        var asked = new List<long>();
        using var scope = NewDisposeScope();
        using var bank = ImageBank.Open(_photos.Open().Train(), CPU, threads: 2);
        using (var loader = new ViewLoader(bank, Plan, steps: 4))
        {
            for (var step = 0; step < 4; step++)
            {
                loader.At(step);
            }
        }

        Assert.Equal([0L, 1, 2, 3], asked.Order());

        ViewBatch Plan(long step)
        {
            lock (asked)
            {
                asked.Add(step);
            }

            return PhotoFolder.Plan(bank)(step);
        }
    }

    [Fact]
    public void Deleted_or_replaced_image_is_named_in_the_error()
    {
        var train = _photos.Open(cacheMiB: 0).Train();
        using var scope = NewDisposeScope();
        using var bank = ImageBank.Open(train, CPU, threads: 3);
        using var loader = new ViewLoader(bank, PhotoFolder.Plan(bank), steps: 1000);
        loader.At(0);

        var content = File.ReadAllBytes(_photos.PathOf(17));
        content[^3] ^= 1;
        File.Delete(_photos.PathOf(17));

        Assert.Contains("17.jpg was readable when the run started", FirstError(loader), StringComparison.Ordinal);

        // The new file has the same length and the same size of image.
        File.WriteAllBytes(_photos.PathOf(17), content);

        Assert.Contains(
            "17.jpg was readable when the run started, but no longer is: its content has changed since it was listed",
            FirstError(loader),
            StringComparison.Ordinal);
    }

    /// <summary>On the CPU in view form; with cutout, which lacks it, the whole list in batch form.</summary>
    [Theory]
    [InlineData(false, 1e-5)]
    [InlineData(true, 0)]
    public void Operations_use_the_keys_of_their_views(bool cutout, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var bank = ImageBank.Open(_photos.Open().Train(), CPU, threads: 2);
        ViewOperation[] operations =
        [
            new Jitter(0.8, 0.4, 0.4, 0.4, 0.1), new Grayscale(0.2), new Blur(0.5, (0.1, 2)),
            .. cutout ? [new Cutout(0.5, (0.2, 0.5), 0.5)] : Array.Empty<ViewOperation>(),
        ];
        using var loader = new ViewLoader(bank, step => PhotoFolder.Plan(bank)(step) with { Operations = operations }, steps: 3);
        var batch = PhotoFolder.Plan(bank)(1);
        var keys = batch.Views.Select(view => view.Key).ToArray();

        Assert.Equal(keys.Length, keys.Distinct().Count());
        Close.To(ViewMaker.Change(bank.Cut(batch), new AugmentationOptions(null, operations), keys), loader.At(1), tolerance);
    }

    [Fact]
    public void A_view_depends_neither_on_threads_nor_on_the_rest_of_its_batch()
    {
        using var scope = NewDisposeScope();
        ViewOperation[] operations = [new Jitter(0.8, 0.4, 0.4, 0.4, 0.1), new Grayscale(0.2), new Blur(0.5, (0.1, 2))];
        using var one = ImageBank.Open(_photos.Open(cacheMiB: 0).Train(), CPU, threads: 1);
        using var three = ImageBank.Open(_photos.Open().Train(), CPU, threads: 3);
        var batch = PhotoFolder.Plan(one)(0) with { Operations = operations };
        var expected = one.Cut(batch);

        Close.Exactly(expected, three.Cut(batch));
        for (var i = 0; i < batch.Views.Count; i++)
        {
            Close.Exactly(expected.narrow(0, i, 1), three.Cut(batch with { Views = [batch.Views[i]] }));
        }
    }

    [Fact]
    public void Packed_images_of_more_than_64_pixels_are_resampled_like_photos()
    {
        var shape = new ImageShape(1, 70, 65);
        var bytes = Enumerable.Range(0, 3 * shape.Size).Select(i => (byte)Key.Below(i, 256)).ToArray();
        var images = new ImageSet("large", shape, bytes, [0, 0, 0], ["a"]);
        using var scope = NewDisposeScope();
        using var bank = ImageBank.Open(images, CPU, threads: 2);
        var crop = new Crop(0.1f, 0.2f, 0.5f, 0.6f, Flipped: true);
        var view_NCHW = bank.Cut(new ViewBatch([new ViewRequest(2, crop)], Size: 32));
        var expected = new byte[32 * 32];
        Resampler.Cut(images.Pixels.Decode(2), crop, 32, 32, expected);

        Assert.Equal(expected, view_NCHW.mul(255).round().to_type(ScalarType.Byte).data<byte>().ToArray());
        Assert.Equal(bytes[..shape.Size], bank.Take([0]).mul(255).round().to_type(ScalarType.Byte).data<byte>().ToArray());

        // Fingerprints of packed images do not change with the form of the operations, so their views must not change either.
        var changed = new ViewBatch([new ViewRequest(2, crop, Key)], Size: 32) { Operations = [new Jitter(1, 0.4, 0.4, 0.4, 0.1)] };

        Close.Exactly(ViewMaker.Change(view_NCHW, changed.Operations, [Key]), bank.Cut(changed));
    }

    private static string FirstError(ViewLoader loader) => Assert.ThrowsAny<IOException>(() =>
    {
        for (var step = 1; step < 20; step++)
        {
            using var scope = NewDisposeScope();
            loader.At(step);
        }
    }).Message;

    private List<Tensor> Load(int threads, int cacheMiB, params int[] steps)
    {
        using var bank = ImageBank.Open(_photos.Open(cacheMiB).Train(), CPU, threads);
        using var loader = new ViewLoader(bank, PhotoFolder.Plan(bank), steps: 12);
        return [.. steps.Select(step => loader.At(step))];
    }
}
