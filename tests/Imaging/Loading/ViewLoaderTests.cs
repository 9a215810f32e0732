using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Datasets.Resampling;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using Distill.Imaging.Loading;
using Distill.Learning.Randomness;
using SkiaSharp;
using Tests.Datasets.Folders;
using Tests.Golden;
using Tests.Learning;
using Tests.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Loading;

/// <summary>Images of any size on their way from files to batches.</summary>
[Collection(TorchTests.Name)]
public sealed class ViewLoaderTests : IDisposable
{
    private const int Images = 40;
    private const int Batch = 6;
    private static readonly RandomKey Key = RandomKey.FromSeed(3).Fold("loader");
    private static readonly CropOptions Crops = new((0.08, 1), (0.75, 4.0 / 3), 0.5);
    private readonly TempFolder _folder = new();

    public ViewLoaderTests()
    {
        Directory.CreateDirectory(_folder["train/a"]);
        for (var i = 0; i < Images; i++)
        {
            File.WriteAllBytes(PathOf(i), Pictures.Gradient(60 + i, 90 - i, seed: i, SKEncodedImageFormat.Jpeg));
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2, 1024)]
    [InlineData(7, 1024)]
    [InlineData(3, 0)]
    public void Threads_and_cache_change_no_view(int threads, int cacheMiB)
    {
        using var scope = NewDisposeScope();
        var expected = Load(threads: 1, cacheMiB: 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        var actual = Load(threads, cacheMiB, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        Assert.All(expected.Zip(actual), pair => Close.Exactly(pair.First, pair.Second));
    }

    [Fact]
    public void A_resumed_or_jumping_loader_gives_each_step_its_views()
    {
        using var scope = NewDisposeScope();
        var all = Load(threads: 1, cacheMiB: 0, [.. Enumerable.Range(0, 12)]);
        int[] jumps = [7, 8, 2, 3, 4, 11, 0, 0, 10];
        Assert.All(jumps.Zip(Load(threads: 3, cacheMiB: 1, jumps)), pair => Close.Exactly(all[pair.First], pair.Second));
    }

    [Fact]
    public void Nothing_beyond_the_last_step_is_prepared()
    {
        var asked = new List<long>();
        using var scope = NewDisposeScope();
        using var bank = ImageBank.Open(Open().Train(), CPU, threads: 2);
        using (var loader = new ViewLoader(bank, step => { lock (asked) { asked.Add(step); } return Plan(bank)(step); }, steps: 4))
        {
            for (var step = 0; step < 4; step++)
            {
                loader.At(step);
            }
        }

        Assert.Equal([0L, 1, 2, 3], asked.Order());
    }

    [Fact]
    public void An_image_that_is_gone_or_replaced_stops_the_loader_and_is_named()
    {
        var train = Open(cacheMiB: 0).Train();
        using var scope = NewDisposeScope();
        using var bank = ImageBank.Open(train, CPU, threads: 3);
        using var loader = new ViewLoader(bank, Plan(bank), steps: 1000);
        loader.At(0);

        var content = File.ReadAllBytes(PathOf(17));
        File.Delete(PathOf(17));
        Assert.Contains("17.jpg was readable when the run started", FirstError(loader), StringComparison.Ordinal);

        // As large, as wide and as high as the one before.
        File.WriteAllBytes(PathOf(17), content);
        Assert.Contains("17.jpg was readable when the run started, but no longer is: the file has changed since it was listed", FirstError(loader), StringComparison.Ordinal);
    }

    [Fact]
    public void A_loader_that_is_disposed_of_decodes_no_longer()
    {
        using var scope = NewDisposeScope();
        using var bank = ImageBank.Open(Open(cacheMiB: 0).Train(), CPU, threads: 2);
        var asked = 0;
        var loader = new ViewLoader(bank, step => { Interlocked.Increment(ref asked); return Plan(bank)(step); }, steps: 1000);
        loader.At(0);
        loader.Dispose();
        var before = asked;
        Directory.Delete(_folder["train"], recursive: true);
        Thread.Sleep(50);
        Assert.Equal(before, asked);
        Assert.InRange(asked, 1, 3);
    }

    [Fact]
    public void As_many_images_as_the_budget_holds_stay_decoded()
    {
        for (var i = 0; i < Images; i++)
        {
            File.WriteAllBytes(PathOf(i), Pictures.Gradient(200, 100, seed: i, SKEncodedImageFormat.Jpeg));
        }

        var (none, some) = (Open(cacheMiB: 0).Train().Pixels, Open(cacheMiB: 1).Train().Pixels);
        Parallel.For(0, 4 * Images, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            none.Decode(i % Images);
            some.Decode(i % Images);
        });
        Directory.Delete(_folder["train"], recursive: true);
        Assert.Equal(0, Enumerable.Range(0, Images).Count(i => IsKept(none, i)));
        // 2^20 / (200 · 100 · 3); one or two fewer where threads that met took room for each other.
        Assert.InRange(Enumerable.Range(0, Images).Count(i => IsKept(some, i)), 15, 17);
    }

    [Fact]
    public void Batches_that_nobody_takes_leave_no_tensor()
    {
        using var outer = NewDisposeScope();
        using var bank = ImageBank.Open(Open().Train(), CPU, threads: 2);
        var before = Tensor.TotalCount;
        using (var loader = new ViewLoader(bank, Plan(bank), steps: 1000))
        {
            loader.At(0).Dispose();
            loader.At(500).Dispose();
        }

        // What was made for the steps that were jumped over is let go as soon as it is there.
        Assert.True(SpinWait.SpinUntil(() => Tensor.TotalCount <= before, TimeSpan.FromSeconds(10)), $"{before} tensors before, {Tensor.TotalCount} after");
    }

    [Fact]
    public void Tensors_do_not_pile_up_over_steps()
    {
        using var outer = NewDisposeScope();
        using var bank = ImageBank.Open(Open().Train(), CPU, threads: 2);
        var before = Tensor.TotalCount;
        using (var loader = new ViewLoader(bank, Plan(bank), steps: 100))
        {
            for (var step = 0; step < 40; step++)
            {
                using var scope = NewDisposeScope();
                loader.At(step);
            }
        }

        // Loader threads make tensors too, so those of this thread alone say nothing.
        Assert.True(Tensor.TotalCount <= before, $"{before} tensors before, {Tensor.TotalCount} after");
    }

    [Fact]
    public void Operations_are_done_to_the_crops_by_their_own_keys()
    {
        using var scope = NewDisposeScope();
        using var bank = ImageBank.Open(Open().Train(), CPU, threads: 2);
        ViewOperation[] operations = [new Jitter(0.8, 0.4, 0.4, 0.4, 0.1), new Blur(0.5, (0.1, 2))];
        using var loader = new ViewLoader(bank, step => Plan(bank)(step) with { Operations = operations }, steps: 3);
        var batch = Plan(bank)(1);
        var keys = batch.Views.Select(view => view.Key).ToArray();
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Close.Exactly(ViewMaker.Change(bank.Cut(batch), new ViewOptions(null, operations), keys), loader.At(1));
    }

    [Fact]
    public void Packed_images_of_more_than_64_pixels_are_cut_like_photographs()
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
    }

    private static string FirstError(ViewLoader loader) => Assert.Throws<IOException>(() =>
    {
        for (var step = 1; step < 20; step++)
        {
            using var scope = NewDisposeScope();
            loader.At(step);
        }
    }).Message;

    private static bool IsKept(IPixels pixels, int image)
    {
        try
        {
            pixels.Decode(image);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private List<Tensor> Load(int threads, int cacheMiB, params int[] steps)
    {
        using var bank = ImageBank.Open(Open(cacheMiB).Train(), CPU, threads);
        using var loader = new ViewLoader(bank, Plan(bank), steps: 12);
        return [.. steps.Select(step => loader.At(step))];
    }

    /// <summary>Two views of each image, as in pretraining.</summary>
    private static Func<long, ViewBatch> Plan(ImageBank bank)
    {
        var batches = new BatchPlan(Key, Images, Batch);
        return step => new ViewBatch(
            [.. batches.At(step).SelectMany(sample => Enumerable.Range(0, 2).Select(view => bank.Draw(sample.Index, Crops, sample.View(Key, view))))]);
    }

    private string PathOf(int image) => _folder[$"train/a/{image:00}.jpg"];

    private IDataset Open(int cacheMiB = 1024) => DatasetCatalog.Open(
        new DatasetOptions(DatasetKind.Folder, _folder.Path, 24, 3) { CacheMiB = cacheMiB }, _ => { }, _folder["index"]);
}
