// N images, C channels, H height, W width
using System.Runtime.InteropServices;
using Distill.Datasets.Images;
using Distill.Datasets.Resampling;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Arithmetic;
using Distill.Learning.Native;
using Distill.Pipeline.Execution;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Imaging.Loading;

/// <summary>
/// A bank of images of any size, which loader threads decode, crop and scale. On the CPU they also apply the operations, to one view at a
/// time while it is in the cache. Each view depends only on its request, so the number of threads changes nothing.
/// </summary>
internal sealed class StreamedBank(ImageSet images, Device device, int threads) : ImageBank(images, device)
{
    // The image that the last batch ended with. If images have many views in order, the next batch begins with the same one.
    private KeptImage? _last;

    internal override bool Streams => true;

    internal override Tensor Prepare(ViewBatch batch, CancellationToken cancellation)
    {
        var (height, width) = SizeOf(batch);
        var changes = ChangesOf(batch);
        var views_NCHW = PinnedMemory.Empty(
            [batch.Views.Count, Images.Shape.Channels, height, width], changes is null ? ScalarType.Byte : ScalarType.Float32, Device);
        if (Device.type == DeviceType.CPU)
        {
            HugePages.Advise(views_NCHW);
        }

        try
        {
            // An image with several views is decoded once.
            var groups = batch.Views.Select((view, row) => (view, row)).GroupBy(pair => pair.view.Image, pair => pair.row).ToArray();
            var before = _last;
            var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
            FirstError.Of(() => Parallel.ForEach(groups, options, group =>
            {
                if (before is { } kept && kept.Index == group.Key)
                {
                    MakeAll(kept.Shape, kept.Pixels, group);
                    return;
                }

                Images.Pixels.Read(group.Key, (shape, pixels_CHW) =>
                {
                    MakeAll(shape, pixels_CHW, group);
                    if (group.Key == batch.Views[^1].Image)
                    {
                        _last = new KeptImage(group.Key, shape, pixels_CHW.ToArray());
                    }
                });
            }));
            return views_NCHW;
        }
        catch
        {
            views_NCHW.Dispose();
            throw;
        }

        void MakeAll(ImageShape shape, ReadOnlySpan<byte> pixels_CHW, IEnumerable<int> rows)
        {
            foreach (var row in rows)
            {
                // Only a part of the tensor, because a span counts its bytes in 32 bits.
                using var view_1CHW = views_NCHW.narrow(0, row, 1);
                Make(shape, pixels_CHW, batch.Views[row], changes, view_1CHW.bytes, (height, width));
            }
        }
    }

    internal override Tensor Finish(ViewBatch batch, Tensor? prepared)
    {
        using var scope = NewDisposeScope();
        if (prepared!.dtype == ScalarType.Float32)
        {
            return prepared.alias().MoveToOuterDisposeScope();
        }

        var crops_NCHW = prepared.OnDevice(Device).to_type(ScalarType.Float32).Over_(255);
        return Change(crops_NCHW, batch).MoveToOuterDisposeScope();
    }

    /// <summary>Makes one view: floats with all operations, or only the crop in bytes if there are no changes.</summary>
    private static void Make(
        ImageShape shape,
        ReadOnlySpan<byte> pixels_CHW,
        ViewRequest request,
        ViewChanges? changes,
        Span<byte> view,
        (int Height, int Width) size)
    {
        if (changes is null)
        {
            Resampler.Cut(shape, pixels_CHW, request.Crop, size.Height, size.Width, view);
            return;
        }

        var values = MemoryMarshal.Cast<byte, float>(view);
        Resampler.Cut(shape, pixels_CHW, request.Crop, size.Height, size.Width, values);
        changes.Apply(new ViewSpan(values, shape.Channels, size.Height, size.Width), request.Key);
    }

    /// <summary>
    /// Returns the view form of the operations; null on a GPU, and if an operation has none. They then run in batch form. So do those of
    /// images in memory, since the fingerprints of their datasets have no version that could tell the two apart.
    /// </summary>
    private ViewChanges? ChangesOf(ViewBatch batch) =>
        Device.type == DeviceType.CPU && Images.Pixels is not InMemoryPixels ? ViewChanges.Create(batch.Operations) : null;

    private (int Height, int Width) SizeOf(ViewBatch batch) =>
        batch.Size is { } size ? (size, size) : (Images.Shape.Height, Images.Shape.Width);

    /// <summary>A decoded image, which never changes.</summary>
    private sealed record KeptImage(int Index, ImageShape Shape, byte[] Pixels);
}
