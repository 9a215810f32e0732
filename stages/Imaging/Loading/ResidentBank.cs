// N images, C channels, H height, W width
using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Loading;

/// <summary>A bank of small images of one shape, as bytes on an accelerator. Views are made there in batch form.</summary>
internal sealed class ResidentBank : ImageBank
{
    private readonly Tensor _pixels_NCHW;

    public ResidentBank(ImageSet images, InMemoryPixels pixels, Device device)
        : base(images, device)
    {
        using var scope = NewDisposeScope();
        _pixels_NCHW = pixels.ToTensor().to(device).DetachFromDisposeScope();
    }

    internal override bool Streams => false;

    internal override Tensor? Prepare(ViewBatch batch, CancellationToken cancellation) => null;

    internal override Tensor Finish(ViewBatch batch, Tensor? prepared)
    {
        using var scope = NewDisposeScope();
        var index_N = tensor(batch.Views.Select(view => (long)view.Image).ToArray()).OnDevice(Device);
        var images_NCHW = _pixels_NCHW.index_select(0, index_N).to_type(ScalarType.Float32).Over_(255);
        var crops_NCHW = batch.Size is null && batch.Views.All(view => view.Crop == Crop.Whole)
            ? images_NCHW
            : CropRenderer.Render(images_NCHW, batch.Views.Select(view => view.Crop).ToArray(), batch.Size);
        return Change(crops_NCHW, batch).MoveToOuterDisposeScope();
    }

    private protected override void Dispose(bool disposing)
    {
        _pixels_NCHW.Dispose();
        base.Dispose(disposing);
    }
}
