using Distill.Datasets.Images;
using Distill.Datasets.Resampling;
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Loading;

/// <summary>
/// Images of any size, decoded, cropped and scaled on loader threads. Each view is a function of its request alone, so that the number of
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
            // An image of several views is decoded once.
            var places = batch.Views.Select((view, place) => (view, place)).GroupBy(pair => pair.view.Image, pair => pair.place).ToArray();
            var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
            Parallel.ForEach(places, options, group =>
            {
                var decoded = Images.Pixels.Decode(group.Key);
                foreach (var place in group)
                {
                    // A part of the tensor, as a span counts its bytes in 32 bits.
                    using var crop_1CHW = crops_NCHW.narrow(0, place, 1);
                    Resampler.Cut(decoded, batch.Views[place].Crop, height, width, crop_1CHW.bytes);
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
        return Changed(crops_NCHW, batch).MoveToOuterDisposeScope();
    }

    private (int Height, int Width) SizeOf(ViewBatch batch) =>
        batch.Size is { } size ? (size, size) : (Images.Shape.Height, Images.Shape.Width);
}
