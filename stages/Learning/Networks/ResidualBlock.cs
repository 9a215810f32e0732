using Distill.Learning.Arithmetic;
using Distill.Learning.Networks.Inference;
using TorchSharp.Modules;
using static TorchSharp.torch;

// N images, C input channels, D output channels, H height, W width
namespace Distill.Learning.Networks;

/// <summary>y = relu(F(x) + shortcut(x)). Subclasses define F.</summary>
internal abstract class ResidualBlock : nn.Module<Tensor, Tensor>, IInferenceConvertible
{
    // Field names are torchvision's keys.
    private readonly Sequential? downsample;
    private readonly int _skip;

    /// <param name="name">The module's name.</param>
    /// <param name="input">Input channels.</param>
    /// <param name="output">Output channels.</param>
    /// <param name="stride">Stride in both dimensions.</param>
    /// <param name="pooledShortcut">Whether the shortcut averages pixels, as ResNet-D's, instead of skipping them.</param>
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

    /// <summary>The last batch norm of F. Its scale starts at 0, so that every block starts as its shortcut.</summary>
    public abstract BatchNormalization LastNorm { get; }

    /// <summary>x_NCHW → y_NDHW′ (height and width divided by the stride).</summary>
    public override Tensor forward(Tensor x_NCHW)
    {
        // One scope per block frees here what the backward pass does not need, not at the end of the step.
        using var scope = NewDisposeScope();
        var residual = Residual(x_NCHW);
        var shortcut = downsample is null ? x_NCHW : downsample.forward(Skipped(x_NCHW));
        return residual.Plus_(shortcut).relu_().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    IInferenceModule IInferenceConvertible.ToInference(InferenceDtype type)
    {
        var (before, last) = ConvertResidual(type);
        return new InferenceBlock(before, last, ConvertShortcut(type));
    }

    /// <summary>Computes F: x_NCHW → h_NDH′W′.</summary>
    private protected abstract Tensor Residual(Tensor x_NCHW);

    /// <summary>Converts F for inference: the modules before its last convolution, and the last convolution.</summary>
    private protected abstract (IReadOnlyList<IInferenceModule> Before, InferenceConvolution Last) ConvertResidual(InferenceDtype type);

    /// <summary>
    /// Converts the shortcut for inference. Its convolution has the stride, because the workaround in <see cref="Skipped"/> is only needed
    /// for gradients.
    /// </summary>
    private InferenceSequence? ConvertShortcut(InferenceDtype type)
    {
        if (downsample is null)
        {
            return null;
        }

        var convolution = new InferenceConvolution(
            downsample.children().OfType<Convolution2d>().Single(),
            downsample.children().OfType<BatchNormalization>().Single(),
            relu: false,
            type,
            stride: _skip);
        return downsample.children().OfType<ShortcutPool>().SingleOrDefault() is { } pool
            ? new InferenceSequence(new InferenceShortcutPool(pool.Stride), convolution)
            : new InferenceSequence(convolution);
    }

    /// <summary>
    /// Returns the pixels that a 1×1 convolution with the block's stride reads, so that the convolution needs no stride. For strided 1×1
    /// convolutions whose input channels are not a multiple of 16, oneDNN's AVX-512 kernel for the gradient of the weights writes past its
    /// buffer and corrupts the heap (libtorch 2.10, <c>jit_1x1:avx512_core</c>).
    /// </summary>
    private Tensor Skipped(Tensor x_NCHW) => _skip == 1
        ? x_NCHW
        : x_NCHW[TensorIndex.Colon, TensorIndex.Colon, TensorIndex.Slice(step: _skip), TensorIndex.Slice(step: _skip)];
}
