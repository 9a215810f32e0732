// N images, C channels, H height, W width
using Distill.Datasets.Images;
using Distill.Datasets.Resampling;
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Loading;

/// <summary>
/// A bank of images of any size, which loader threads decode, crop and scale. Each view depends only on its request, so the number of
/// threads changes nothing.
/// </summary>
internal sealed class StreamedBank(ImageSet images, Device device, int threads) : ImageBank(images, device)
{
    internal override bool Streams => true;

    internal override Tensor Prepare(ViewBatch batch, CancellationToken cancellation)
    {
        var (height, width) = SizeOf(batch);
        var crops_NCHW = PinnedMemory.Empty([batch.Views.Count, Images.Shape.Channels, height, width], ScalarType.Byte, Device);
        try
        {
            // An image with several views is decoded once.
            var groups = batch.Views.Select((view, row) => (view, row)).GroupBy(pair => pair.view.Image, pair => pair.row).ToArray();
            var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
            Parallel.ForEach(groups, options, group =>
            {
                var decoded = Images.Pixels.Decode(group.Key);
                foreach (var row in group)
                {
                    // Only a part of the tensor, because a span counts its bytes in 32 bits.
                    using var crop_1CHW = crops_NCHW.narrow(0, row, 1);
                    Resampler.Cut(decoded, batch.Views[row].Crop, height, width, crop_1CHW.bytes);
                }
            });
            return crops_NCHW;
        }
        catch
        {
            crops_NCHW.Dispose();
            throw;
        }
    }

    internal override Tensor Finish(ViewBatch batch, Tensor? prepared)
    {
        using var scope = NewDisposeScope();
        using var bytes_NCHW = prepared!;
        var crops_NCHW = bytes_NCHW.OnDevice(Device).to_type(ScalarType.Float32).Over_(255);
        return Change(crops_NCHW, batch).MoveToOuterDisposeScope();
    }

    private (int Height, int Width) SizeOf(ViewBatch batch) =>
        batch.Size is { } size ? (size, size) : (Images.Shape.Height, Images.Shape.Width);
}
