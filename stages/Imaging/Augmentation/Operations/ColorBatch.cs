// N images, C channels, H height, W width
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>
/// The batch form of changes of brightness, contrast, saturation and hue, with one factor per image and clipped to [0, 1].
/// The definitions are torchvision's. <c>ColorChanges.cs</c> has the view form.
/// </summary>
internal static class ColorBatch
{
    // ITU-R BT.601 luma, as in torchvision's rgb_to_grayscale.
    internal const float LumaRed = 0.2989f;
    internal const float LumaGreen = 0.587f;
    internal const float LumaBlue = 0.114f;

    private static readonly float[] Luma = [LumaRed, LumaGreen, LumaBlue];

    /// <summary>Changes the brightness: x · factor.</summary>
    /// <param name="x_NCHW">Floats in [0, 1].</param>
    /// <param name="factor_N111">Factors of at least 0.</param>
    public static Tensor Brightness(Tensor x_NCHW, Tensor factor_N111) => x_NCHW.mul(factor_N111).Between_(0, 1);

    /// <summary>Changes the contrast: mean + (x − mean) · factor, where mean is that of the image's gray values.</summary>
    /// <param name="x_NCHW">Floats in [0, 1], one or three channels.</param>
    /// <param name="factor_N111">Factors of at least 0.</param>
    public static Tensor Contrast(Tensor x_NCHW, Tensor factor_N111)
    {
        using var scope = NewDisposeScope();
        var mean_N111 = Gray(x_NCHW).mean([1, 2, 3], keepdim: true);
        return x_NCHW.sub(mean_N111).mul_(factor_N111).Plus_(mean_N111).Between_(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Changes the saturation: gray + (x − gray) · factor, where gray is the pixel's own. Images of one channel stay unchanged.
    /// </summary>
    /// <param name="x_NCHW">Floats in [0, 1].</param>
    /// <param name="factor_N111">Factors of at least 0; 0 removes all color.</param>
    public static Tensor Saturation(Tensor x_NCHW, Tensor factor_N111)
    {
        using var scope = NewDisposeScope();
        var gray_N1HW = Gray(x_NCHW);
        return x_NCHW.sub(gray_N1HW).mul_(factor_N111).Plus_(gray_N1HW).Between_(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Rotates the hue of the HSV model and keeps its saturation and value.</summary>
    /// <param name="x_N3HW">Floats in [0, 1].</param>
    /// <param name="turn_N111">Angles in full turns; 0.5 gives the complementary color.</param>
    public static Tensor Hue(Tensor x_N3HW, Tensor turn_N111)
    {
        using var scope = NewDisposeScope();
        var channels = x_N3HW.split(1, dim: 1);
        var (red, green, blue) = (channels[0], channels[1], channels[2]);
        var value = x_N3HW.amax([1L], keepdim: true);
        var chroma = value.sub(x_N3HW.amin([1L], keepdim: true));
        var divisor = where(chroma.IsEqualTo(0), ones_like(chroma), chroma);
        // The hue in sixths of a turn, counted from red.
        var sixths = where(
            value.eq(red),
            green.sub(blue).div(divisor),
            where(value.eq(green), blue.sub(red).div(divisor).Plus(2), red.sub(green).div(divisor).Plus(4)));
        var turned = sixths.Plus_(turn_N111.Times(6));
        return cat([Channel(5), Channel(3), Channel(1)], 1).Between_(0, 1).MoveToOuterDisposeScope();

        // HSV to RGB in closed form: value − chroma · clamp(min(k, 4 − k), 0, 1), where k = (n + hue) mod 6.
        Tensor Channel(int n)
        {
            var k = turned.Plus(n).Modulo_(6);
            return value.sub(chroma.mul(minimum(k, k.neg().Plus(4)).Between_(0, 1)));
        }
    }

    /// <summary>Replaces all three channels with the pixel's gray. Images of one channel stay unchanged.</summary>
    public static Tensor Grayscale(Tensor x_NCHW) => Gray(x_NCHW).expand_as(x_NCHW);

    private static Tensor Gray(Tensor x_NCHW) => x_NCHW.shape[1] == 3
        ? x_NCHW.mul(tensor(Luma, [1, 3, 1, 1]).OnDevice(x_NCHW.device)).sum(1, keepdim: true)
        : x_NCHW;
}
