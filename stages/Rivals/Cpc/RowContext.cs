using Distill.Learning.Arithmetic;
using TorchSharp.Modules;
using static TorchSharp.torch;

// N images, D features, Y and X places of a patch
namespace Distill.Rivals.Cpc;

/// <summary>
/// A convolutional network over the features of patches that sees a place's own row and those above it, and none below: residual blocks of
/// a 1×1, a 2×3 and a 1×1 convolution, whose padding is above.
/// </summary>
internal sealed class RowContext : nn.Module<Tensor, Tensor>
{
    private const int Blocks = 3;

    private readonly ModuleList<Sequential> blocks;

    /// <param name="features">D.</param>
    public RowContext(int features)
        : base("row_context")
    {
        blocks = nn.ModuleList([.. Enumerable.Range(0, Blocks).Select(_ => nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(features, features, 1, bias: false),
            nn.ReLU(),
            // One row above, and one place on both sides.
            nn.ZeroPad2d((1, 1, 1, 0)),
            nn.Conv2d(features, features, (2, 3), bias: false),
            nn.ReLU(),
            nn.Conv2d(features, features, 1, bias: false)))]);
        RegisterComponents();
    }

    /// <summary>z_NDYX → contexts, [N, D, Y, X].</summary>
    public override Tensor forward(Tensor z_NDYX)
    {
        using var scope = NewDisposeScope();
        var context_NDYX = z_NDYX;
        foreach (var block in blocks)
        {
            context_NDYX = context_NDYX.Plus(block.forward(context_NDYX));
        }

        return nn.functional.relu(context_NDYX).MoveToOuterDisposeScope();
    }
}
