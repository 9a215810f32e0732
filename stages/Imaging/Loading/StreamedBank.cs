using Stages.Imaging.Datasets;
using Stages.Imaging.Resampling;
using Stages.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Stages.Imaging.Loading;

/// <summary>
/// Images of any size, decoded, cropped and scaled on loader threads. Each view is a function of its request alone, so that the number of
/// threads changes nothing.
/// </summary>
internal sealed class StreamedBank(ImageSet images, Device device, int threads) : ImageBank(images, device)
{
    internal override bool Streams => true;

    internal override byte[] Prepare(ViewBatch batch, CancellationToken cancellation)
    {
        var (height, width) = SizeOf(batch);
        var length = Images.Shape.Channels * height * width;
        var bytes = new byte[checked(batch.Views.Count * length)];
        // An image of several views is decoded once.
        var places = batch.Views.Select((view, place) => (view, place)).GroupBy(pair => pair.view.Image, pair => pair.place).ToArray();
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Parallel.ForEach(places, options, group =>
        {
            var decoded = Images.Pixels.Decode(group.Key);
            foreach (var place in group)
            {
                Resampler.Cut(decoded, batch.Views[place].Crop, height, width, bytes.AsSpan(place * length, length));
            }
        });
        return bytes;
    }

    internal override Tensor Finish(ViewBatch batch, byte[]? prepared)
    {
        using var scope = NewDisposeScope();
        var (height, width) = SizeOf(batch);
        var crops_NCHW = tensor(prepared!, [batch.Views.Count, Images.Shape.Channels, height, width], dtype: ScalarType.Byte)
            .OnDevice(Device).to_type(ScalarType.Float32).Over_(255);
        return Changed(crops_NCHW, batch).MoveToOuterDisposeScope();
    }

    private (int Height, int Width) SizeOf(ViewBatch batch) =>
        batch.Size is { } size ? (size, size) : (Images.Shape.Height, Images.Shape.Width);
}
