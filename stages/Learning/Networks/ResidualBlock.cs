using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Stages.Learning.Networks;

/// <summary>y = relu(F(x) + shortcut(x)); what F is, a block's kind says.</summary>
public abstract class ResidualBlock : nn.Module<Tensor, Tensor>
{
    // Field names are torchvision's keys.
    private readonly Sequential? downsample;

    private protected ResidualBlock(string name, int input, int output, int stride)
        : base(name)
    {
        if (stride != 1 || input != output)
        {
            downsample = nn.Sequential(Convolutions.Conv1x1(input, output, stride), nn.BatchNorm2d(output));
        }
    }

    /// <summary>The batch norm that ends the residual branch; its scale starts at 0, so that every block starts as its shortcut.</summary>
    public abstract BatchNorm2d LastNorm { get; }

    /// <summary>x_NCHW → y_NDHW′ (height and width divided by the stride).</summary>
    public override Tensor forward(Tensor x_NCHW)
    {
        // One scope a block: whatever backward does not need is freed here, not at the end of the step.
        using var scope = NewDisposeScope();
        var residual = Residual(x_NCHW);
        var shortcut = downsample is null ? x_NCHW : downsample.forward(x_NCHW);
        return residual.add_(shortcut).relu_().MoveToOuterDisposeScope();
    }

    private protected abstract Tensor Residual(Tensor x_NCHW);
}
