using TorchSharp;
using static TorchSharp.torch;

// N images, C channels, H height, W width
namespace Distill.Learning.Networks;

/// <summary>
/// The pooling of ResNet-D's shortcut (He et al. 2018, arXiv:1812.01187, section 4.2): it averages 2×2 pixels before the 1×1 convolution,
/// where the plain shortcut skips pixels. Edges are as in google-research/simclr, resnet.py: at stride 2 an odd edge is averaged with
/// zeros, and at stride 1 pixels beyond the edge do not count.
/// </summary>
internal sealed class ShortcutPool : nn.Module<Tensor, Tensor>
{
    public ShortcutPool(int stride)
        : base(nameof(ShortcutPool)) => Stride = stride;

    public int Stride { get; }

    /// <inheritdoc cref="Pool"/>
    public override Tensor forward(Tensor x_NCHW) => Pool(x_NCHW, Stride);

    /// <summary>x_NCHW → [N, C, ⌈H / stride⌉, ⌈W / stride⌉].</summary>
    internal static Tensor Pool(Tensor x_NCHW, int stride)
    {
        using var scope = NewDisposeScope();
        var padded = stride == 1
            // The mean of a pixel and its copy is the pixel, so the copies at the edge do not count.
            // Autocast on the CPU pads in fp32. The cast back is exact, because padding only copies.
            ? nn.functional.pad(x_NCHW, [0, 1, 0, 1], PaddingModes.Replicate).to_type(x_NCHW.dtype)
            : nn.functional.pad(x_NCHW, [0, x_NCHW.shape[3] % 2, 0, x_NCHW.shape[2] % 2]);
        return nn.functional.avg_pool2d(padded, 2, stride: stride).MoveToOuterDisposeScope();
    }
}
