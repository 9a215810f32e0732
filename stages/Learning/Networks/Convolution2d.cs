using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

// N images, C input channels, D output channels, H height, W width
namespace Distill.Learning.Networks;

/// <summary>
/// A square convolution without a bias, with PyTorch's key and arithmetic, padded so that stride 1 keeps the size. If it has a stride and
/// its input has one column, it adds a second column of zeros, to avoid a fault of oneDNN.
/// </summary>
/// <remarks>
/// The fault is in oneDNN 3.7.1 (libtorch 2.10), in the AVX-512 kernels for bf16 (<c>jit_bf16</c>), with and without bf16 instructions.
/// At stride 2 and width 1, the gradient of the weights beside the middle column of the kernel is 0. The oneDNN kernel computes it from
/// unset memory instead, which can give NaN: for 3×3 and 7×7, and for any height. A column of zeros on the right changes no output,
/// because one column and two columns both give one, and the padding there is 0 anyway.
/// </remarks>
internal sealed class Convolution2d : Convolution
{
    /// <param name="input">Input channels.</param>
    /// <param name="output">Output channels.</param>
    /// <param name="kernel">Height and width of the kernel, odd.</param>
    /// <param name="stride">Stride in both dimensions, 1 or 2.</param>
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
