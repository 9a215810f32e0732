using Distill.Learning.Arithmetic;
using Distill.Learning.Networks.Folded;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distill.Learning.Networks;

/// <summary>y = relu(F(x) + shortcut(x)); what F is, a block's kind says.</summary>
internal abstract class ResidualBlock : nn.Module<Tensor, Tensor>, IInferenceConvertible
{
    // Field names are torchvision's keys.
    private readonly Sequential? downsample;
    private readonly int _skip;

    /// <param name="name">The kind of block.</param>
    /// <param name="input">Channels.</param>
    /// <param name="output">Channels.</param>
    /// <param name="stride">Of the block.</param>
    /// <param name="pooledShortcut">ResNet-D's shortcut, which averages pixels where the plain one skips them.</param>
    private protected ResidualBlock(string name, int input, int output, int stride, bool pooledShortcut)
        : base(name)
    {
        if (stride != 1 || input != output)
        {
            downsample = pooledShortcut
                ? nn.Sequential(new ShortcutPool(stride), Convolutions.Conv1x1(input, output), new BatchNormalization(output))
                : nn.Sequential(Convolutions.Conv1x1(input, output), new BatchNormalization(output));
        }

        _skip = pooledShortcut ? 1 : stride;
    }

    /// <summary>The batch norm that ends the residual branch; its scale starts at 0, so that every block starts as its shortcut.</summary>
    public abstract BatchNormalization LastNorm { get; }

    /// <summary>x_NCHW → y_NDHW′ (height and width divided by the stride).</summary>
    public override Tensor forward(Tensor x_NCHW)
    {
        // One scope a block: whatever backward does not need is freed here, not at the end of the step.
        using var scope = NewDisposeScope();
        var residual = Residual(x_NCHW);
        var shortcut = downsample is null ? x_NCHW : downsample.forward(Skipped(x_NCHW));
        return residual.Plus_(shortcut).relu_().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    IInferenceModule IInferenceConvertible.Fold(InferenceDtype type)
    {
        var (before, last) = FoldResidual(type);
        return new InferenceBlock(before, last, FoldShortcut(type));
    }

    private protected abstract Tensor Residual(Tensor x_NCHW);

    /// <summary>The residual branch for inference: what comes before its last convolution, and that.</summary>
    private protected abstract (IReadOnlyList<IInferenceModule> Before, InferenceConvolution Last) FoldResidual(InferenceDtype type);

    /// <summary>The shortcut for inference, where its convolution may have a stride: what is wrong with strides is wrong with gradients alone.</summary>
    private InferenceSequence? FoldShortcut(InferenceDtype type)
    {
        if (downsample is null)
        {
            return null;
        }

        var convolution = new InferenceConvolution(
            downsample.children().OfType<Convolution2d>().Single(), downsample.children().OfType<BatchNormalization>().Single(), relu: false, type, stride: _skip);
        return downsample.children().OfType<ShortcutPool>().SingleOrDefault() is { } pool
            ? new InferenceSequence(new InferenceShortcutPool(pool.Stride), convolution)
            : new InferenceSequence(convolution);
    }

    /// <summary>
    /// The pixels that a 1×1 convolution of the block's stride looks at, so that the convolution needs no stride of its own: the
    /// AVX-512 kernel for the weights' gradient of a strided one writes past its buffer where the input channels are no
    /// multiple of 16 (oneDNN in libtorch 2.10, <c>jit_1x1:avx512_core</c>), and corrupts the heap.
    /// </summary>
    private Tensor Skipped(Tensor x_NCHW) => _skip == 1
        ? x_NCHW
        : x_NCHW[TensorIndex.Colon, TensorIndex.Colon, TensorIndex.Slice(step: _skip), TensorIndex.Slice(step: _skip)];
}
