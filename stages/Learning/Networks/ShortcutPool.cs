using TorchSharp;
using static TorchSharp.torch;

namespace Stages.Learning.Networks;

/// <summary>
/// ResNet-D's shortcut (He et al. 2018, arXiv:1812.01187, section 4.2) averages 2×2 pixels before its 1×1 convolution, where the plain
/// one skips pixels. Edges as in google-research/simclr, resnet.py: at stride 2 an odd edge is averaged with
/// zeros; at stride 1 pixels beyond the edge do not count.
/// </summary>
public sealed class ShortcutPool : nn.Module<Tensor, Tensor>
{
    private readonly int _stride;

    public ShortcutPool(int stride)
        : base(nameof(ShortcutPool)) => _stride = stride;

    /// <summary>x_NCHW → [N, C, ⌈H / stride⌉, ⌈W / stride⌉].</summary>
    public override Tensor forward(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        var padded = _stride == 1
            // The mean of a pixel and its own copy is the pixel: the same as leaving the copy out.
            ? nn.functional.pad(x_NCHW, [0, 1, 0, 1], PaddingModes.Replicate)
            : nn.functional.pad(x_NCHW, [0, x_NCHW.shape[3] % 2, 0, x_NCHW.shape[2] % 2]);
        return nn.functional.avg_pool2d(padded, 2, stride: _stride).MoveToOuterDisposeScope();
    }
}
