using Distill.Datasets.Images;
using Distill.Imaging.Loading;
using SkiaSharp;
using Tests.Datasets.Folders;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging.Loading;

/// <summary>Tests what a loader holds and frees: threads, tensors and decoded images.</summary>
[Collection(TorchTests.Name)]
[Trait("Category", "Slow")]
public sealed class ViewLoaderResourceTests : IDisposable
{
    private readonly PhotoFolder _photos = new();

    public void Dispose() => _photos.Dispose();

    [Fact]
    public void Disposed_loader_stops_decoding()
    {
        using var scope = NewDisposeScope();
        using var bank = ImageBank.Open(_photos.Open(cacheMiB: 0).Train(), CPU, threads: 2);
        var asked = 0;
        var loader = new ViewLoader(bank, step => { Interlocked.Increment(ref asked); return PhotoFolder.Plan(bank)(step); }, steps: 1000);
        loader.At(0);
        loader.Dispose();
        var before = asked;
        Directory.Delete(_photos.Train, recursive: true);
        Thread.Sleep(50);

        Assert.Equal(before, asked);
        Assert.InRange(asked, 1, 3);
    }

    [Fact]
    public void Unused_batches_leak_no_tensor()
    {
        using var outer = NewDisposeScope();
        using var bank = ImageBank.Open(_photos.Open().Train(), CPU, threads: 2);
        var before = Tensor.TotalCount;
        using (var loader = new ViewLoader(bank, PhotoFolder.Plan(bank), steps: 1000))
        {
            loader.At(0).Dispose();
            loader.At(500).Dispose();
        }

        // Batches of skipped steps are disposed of as soon as they are loaded.
        var settled = SpinWait.SpinUntil(() => Tensor.TotalCount <= before, TimeSpan.FromSeconds(10));

        Assert.True(settled, $"{before} tensors before, {Tensor.TotalCount} after");
    }

    [Fact]
    public void Steps_leak_no_tensor()
    {
        using var outer = NewDisposeScope();
        using var bank = ImageBank.Open(_photos.Open().Train(), CPU, threads: 2);
        var before = Tensor.TotalCount;
        using (var loader = new ViewLoader(bank, PhotoFolder.Plan(bank), steps: 100))
        {
            for (var step = 0; step < 40; step++)
            {
                using var scope = NewDisposeScope();
                loader.At(step);
            }
        }

        // Loader threads create tensors too, so a count for this thread would miss them.
        Assert.True(Tensor.TotalCount <= before, $"{before} tensors before, {Tensor.TotalCount} after");
    }

    [Fact]
    public void Cache_keeps_as_many_images_as_fit()
    {
        for (var i = 0; i < PhotoFolder.Count; i++)
        {
            File.WriteAllBytes(_photos.PathOf(i), Pictures.Gradient(200, 100, seed: i, SKEncodedImageFormat.Jpeg));
        }

        var (none, some) = (_photos.Open(cacheMiB: 0).Train().Pixels, _photos.Open(cacheMiB: 1).Train().Pixels);
        Parallel.For(0, 4 * PhotoFolder.Count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            none.Decode(i % PhotoFolder.Count);
            some.Decode(i % PhotoFolder.Count);
        });
        Directory.Delete(_photos.Train, recursive: true);

        Assert.Equal(0, Enumerable.Range(0, PhotoFolder.Count).Count(i => IsKept(none, i)));
        // 2^20 / (200 · 100 · 3) = 17, and one or two fewer if threads reserved space at the same time.
        Assert.InRange(Enumerable.Range(0, PhotoFolder.Count).Count(i => IsKept(some, i)), 15, 17);
    }

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
}
