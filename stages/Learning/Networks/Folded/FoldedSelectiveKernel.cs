using Stages.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Stages.Learning.Networks.Folded;

/// <summary>A <see cref="SelectiveKernel"/>.</summary>
internal sealed class FoldedSelectiveKernel(FoldedConvolution branches, FoldedConvolution squeeze, FoldedConvolution excite) : IFolded
{
    /// <summary>x_NCHW → y_NCH′W′ (height and width divided by the stride).</summary>
    public Tensor Forward(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        var both = branches.Forward(x_NCHW).chunk(2, dim: 1);
        var pooled_NC11 = both[0].Plus(both[1]).mean([2, 3], keepdim: true);
        var logits_NE11 = excite.Forward(squeeze.Forward(pooled_NC11));
        var weights = stack(logits_NE11.chunk(2, dim: 1), dim: 0).softmax(dim: 0);
        return both[0].mul(weights[0]).PlusProduct_(both[1], weights[1]).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        branches.Dispose();
        squeeze.Dispose();
        excite.Dispose();
    }
}
