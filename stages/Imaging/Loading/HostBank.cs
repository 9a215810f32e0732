// N images, C channels, H height, W width
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using Distill.Pipeline.Execution;
using static TorchSharp.torch;

namespace Distill.Imaging.Loading;

/// <summary>
/// A bank of small images of one shape, for training on the CPU. Each view is made from bytes to floats while it is in the L1 cache. It
/// depends only on its request, so the number of threads changes nothing.
/// </summary>
/// <remarks>
/// Views are not made ahead: they take a hundredth of a step's time, and loader threads would compete with those that train.
/// </remarks>
internal sealed class HostBank(ImageSet images, InMemoryPixels pixels, int threads) : ImageBank(images, CPU)
{
    /// <summary>Views per work item: enough to be worth scheduling, and so few that no thread waits long for the last one.</summary>
    private const int ViewsPerChunk = 16;

    internal override bool Streams => false;

    internal override Tensor? Prepare(ViewBatch batch, CancellationToken cancellation) => null;

    internal override Tensor Finish(ViewBatch batch, Tensor? prepared)
    {
        using var scope = NewDisposeScope();
        var shape = pixels.Shape;
        var (height, width) = (batch.Size ?? shape.Height, batch.Size ?? shape.Width);
        var count = batch.Views.Count;
        var views_NCHW = empty([count, shape.Channels, height, width], ScalarType.Float32);
        var changes = ViewChanges.Create(batch.Operations);

        // If several threads divide the cores among them, each has as many cores for views as for kernels.
        var workers = Math.Min(threads, get_num_threads());
        if (workers == 1 || count <= ViewsPerChunk)
        {
            Fill(0, count, NewKernel());
        }
        else
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = workers };
            FirstError.Of(() => Parallel.ForEach(Partitioner.Create(0, count, ViewsPerChunk), options, NewKernel, FillRange, _ => { }));
        }

        return (changes is null ? Change(views_NCHW, batch) : views_NCHW).MoveToOuterDisposeScope();

        CropKernel NewKernel() => new((shape.Height, shape.Width), (height, width));

        CropKernel FillRange(Tuple<int, int> range, ParallelLoopState state, long chunk, CropKernel kernel)
        {
            Fill(range.Item1, range.Item2, kernel);
            return kernel;
        }

        void Fill(int start, int end, CropKernel kernel)
        {
            // Only a part of the tensor, because a span counts its bytes in 32 bits.
            using var part_NCHW = views_NCHW.narrow(0, start, end - start);
            var values = MemoryMarshal.Cast<byte, float>(part_NCHW.bytes);
            var size = shape.Channels * height * width;
            for (var i = start; i < end; i++)
            {
                var request = batch.Views[i];
                var view = new ViewSpan(values.Slice((i - start) * size, size), shape.Channels, height, width);
                kernel.Render(pixels.Bytes.Span.Slice(request.Image * shape.Size, shape.Size), request.Crop, view);
                changes?.Apply(view, request.Key);
            }
        }
    }
}
