using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using static TorchSharp.torch;

namespace Distill.Imaging.Loading;

/// <summary>
/// Small images of one shape, for training on the CPU: each view is made from bytes to floats in one go, while it lies in the nearest
/// cache. A view is a function of its request alone, so that the number of threads changes nothing.
/// </summary>
/// <remarks>Not made ahead: views take a hundredth of a step's time, and threads made for them would take it from those that learn.</remarks>
internal sealed class HostBank(ImageSet images, PackedPixels pixels, int threads) : ImageBank(images, CPU)
{
    /// <summary>Views that a thread takes at once: long enough to be worth a hand-over, short enough that none waits long for the last.</summary>
    private const int Chunk = 16;

    internal override bool Streams => false;

    internal override Tensor? Prepare(ViewBatch batch, CancellationToken cancellation) => null;

    internal override Tensor Finish(ViewBatch batch, Tensor? prepared)
    {
        using var scope = NewDisposeScope();
        var shape = pixels.Shape;
        var (height, width) = (batch.Size ?? shape.Height, batch.Size ?? shape.Width);
        var count = batch.Views.Count;
        var views_NCHW = empty([count, shape.Channels, height, width], ScalarType.Float32);
        var changes = ViewChanges.Of(batch.Operations);

        // One of several threads that share the processor out between them has no more cores for views than for kernels.
        var workers = Math.Min(threads, get_num_threads());
        if (workers == 1 || count <= Chunk)
        {
            Fill(0, count, NewKernel());
        }
        else
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = workers };
            Parallel.ForEach(Partitioner.Create(0, count, Chunk), options, NewKernel, FillRange, _ => { });
        }

        return (changes is null ? Changed(views_NCHW, batch) : views_NCHW).MoveToOuterDisposeScope();

        CropKernel NewKernel() => new((shape.Height, shape.Width), (height, width));

        CropKernel FillRange(Tuple<int, int> range, ParallelLoopState state, long place, CropKernel kernel)
        {
            Fill(range.Item1, range.Item2, kernel);
            return kernel;
        }

        void Fill(int start, int end, CropKernel kernel)
        {
            // A part of the tensor, as a span counts its bytes in 32 bits.
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
