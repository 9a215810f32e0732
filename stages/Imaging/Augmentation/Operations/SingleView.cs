// C channels, H height, W width
using Distill.Learning.Randomness;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>
/// The view form of a <see cref="ViewOperation"/>, for CPUs. It changes one view at a time, where the batch form makes many passes
/// over a whole batch. Both forms make the same draws of the same key, so their results differ by rounding only.
/// </summary>
internal interface ISingleView
{
    /// <summary>Changes a view in place, or leaves it unchanged, as the draws of the key decide.</summary>
    /// <param name="view">Floats in [0, 1].</param>
    /// <param name="key">The view's key, folded from seed, stage, epoch, image and view.</param>
    void Change(ViewSpan view, RandomKey key);
}

/// <summary>One view in memory. It is changed in place while it is in the L1 cache.</summary>
/// <param name="values_CHW">Floats in [0, 1], row-major.</param>
/// <param name="channels">One or three channels.</param>
/// <param name="height">Height in pixels.</param>
/// <param name="width">Width in pixels.</param>
internal readonly ref struct ViewSpan(Span<float> values_CHW, int channels, int height, int width)
{
    public int Channels => channels;

    public int Height => height;

    public int Width => width;

    /// <summary>All values, [C, H, W].</summary>
    public Span<float> Values { get; } = values_CHW[..(channels * height * width)];

    /// <summary>Returns the values of one channel, [H, W].</summary>
    public Span<float> Plane(int channel) => Values.Slice(channel * height * width, height * width);
}

/// <summary>
/// The numbers of a view's random draws, beyond those of <see cref="CropSampler"/> (0 … 202). They never change, since they decide
/// every view.
/// </summary>
internal static class ViewDraws
{
    public const int Jitter = 300;
    public const int GrayOrder = 301;
    public const int Brightness = 302;
    public const int Contrast = 303;
    public const int Blur = 304;
    public const int Sigma = 305;
    public const int Saturation = 306;
    public const int Hue = 307;
    public const int Grayscale = 308;
    public const int Cutout = 309;
    public const int CutoutSize = 310;
    public const int CutoutTop = 311;
    public const int CutoutLeft = 312;
    public const int Rotate = 313;
    public const int Quarters = 314;
    public const int Noise = 315;
    public const int NoiseSigma = 316;
    public const int Sobel = 317;
    public const int Flip = 318;
    public const int Shift = 319;
    public const int ShiftRows = 320;
    public const int ShiftColumns = 321;
}
