using Stages.Imaging.Datasets;
using static TorchSharp.torch;

namespace Stages.Imaging.Loading;

/// <summary>A split's images as bytes on the computing device, and batches of them as floats.</summary>
public sealed class ImageBank : IDisposable
{
    private readonly Tensor _pixels_NCHW;

    public ImageBank(ImageSet images, Device device)
    {
        Images = images;
        Device = device;
        using var scope = NewDisposeScope();
        _pixels_NCHW = images.ToTensor().to(device).DetachFromDisposeScope();
    }

    public ImageSet Images { get; }

    public Device Device { get; }

    /// <summary>The images of these numbers: [N, C, H, W], floats of [0, 1].</summary>
    public Tensor Take(IEnumerable<int> indices)
    {
        using var scope = NewDisposeScope();
        var index_N = tensor(indices.Select(i => (long)i).ToArray()).to(Device);
        return _pixels_NCHW.index_select(0, index_N).to_type(ScalarType.Float32).div_(255).MoveToOuterDisposeScope();
    }

    /// <summary>The labels of these images: [N], 64-bit integers.</summary>
    public Tensor Labels(IEnumerable<int> indices) => tensor(indices.Select(i => (long)Images.Labels[i]).ToArray()).to(Device);

    public void Dispose() => _pixels_NCHW.Dispose();
}
