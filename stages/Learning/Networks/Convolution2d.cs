using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distill.Learning.Networks;

/// <summary>
/// A square convolution without a bias, with PyTorch's key and arithmetic, padded so that stride 1 keeps the size. Where a strided one
/// meets a map of one column, it adds a second column of zeros: the gradient of its weights would depend on unset memory otherwise.
/// </summary>
/// <remarks>
/// The fault is in oneDNN 3.7.1 (libtorch 2.10): its AVX-512 kernels for bf16 (<c>jit_bf16</c>), with and without instructions for it. At
/// stride 2 and width 1, the taps beside the column have the gradient 0. The kernel makes it from fresh memory instead, up to NaN: at 3×3
/// and 7×7, at every height. Zeros on the right change no output: a map of one column or of two gives one column, and the padding there
/// is 0 anyway.
/// </remarks>
internal sealed class Convolution2d : Convolution
{
    /// <param name="input">Channels.</param>
    /// <param name="output">Channels.</param>
    /// <param name="kernel">Height and width, odd.</param>
    /// <param name="stride">In both dimensions, 1 or 2.</param>
    public Convolution2d(int input, int output, int kernel, int stride)
        : base(
            nameof(Convolution2d),
            input,
            output,
            [kernel, kernel],
            [stride, stride],
            [kernel / 2, kernel / 2],
            padding_type: null,
            dilation: [1, 1],
            transposed: false,
            output_padding: [0, 0],
            groups: 1,
            bias: false,
            PaddingModes.Zeros)
    {
    }

    /// <summary>x_NCHW → y_NDH′W′ (height and width divided by the stride, rounded up).</summary>
    public override Tensor forward(Tensor x_NCHW) =>
        nn.functional.conv2d(Widened(x_NCHW), weight!, strides: stride, padding: padding);

    private Tensor Widened(Tensor x_NCHW) =>
        stride[1] > 1 && x_NCHW.shape[3] == 1 ? nn.functional.pad(x_NCHW, [0, 1, 0, 0]) : x_NCHW;
}
