namespace Distill.Imaging.Augmentation.Operations;

/// <summary>Which of a view's random draws decides what, beyond those of <see cref="CropSampler"/> (0 … 202).</summary>
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
}
