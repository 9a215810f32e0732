using static TorchSharp.torch;

namespace Stages.Imaging.Augmentation;

/// <summary>Changes of brightness and contrast with a factor of its own for each image, clipped to [0, 1] (torchvision's definitions).</summary>
public static class Photometric
{
    // ITU-R BT.601 luma, as torchvision's rgb_to_grayscale.
    private static readonly float[] Luma = [0.2989f, 0.587f, 0.114f];

    /// <summary>x · factor.</summary>
    /// <param name="x_NCHW">Floats of [0, 1].</param>
    /// <param name="factor_N111">At least 0.</param>
    public static Tensor Brightness(Tensor x_NCHW, Tensor factor_N111) => x_NCHW.mul(factor_N111).clamp_(0, 1);

    /// <summary>mean + (x − mean) · factor, with the mean of the image's grey values.</summary>
    /// <param name="x_NCHW">Floats of [0, 1], one or three channels.</param>
    /// <param name="factor_N111">At least 0.</param>
    public static Tensor Contrast(Tensor x_NCHW, Tensor factor_N111)
    {
        using var scope = NewDisposeScope();
        var mean_N111 = Grey(x_NCHW).mean([1, 2, 3], keepdim: true);
        return x_NCHW.sub(mean_N111).mul_(factor_N111).add_(mean_N111).clamp_(0, 1).MoveToOuterDisposeScope();
    }

    private static Tensor Grey(Tensor x_NCHW) => x_NCHW.shape[1] == 3
        ? x_NCHW.mul(tensor(Luma, [1, 3, 1, 1]).to(x_NCHW.device)).sum(1, keepdim: true)
        : x_NCHW;
}
