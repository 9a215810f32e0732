using Stages.Pipeline.Options;

namespace Stages.Imaging.Augmentation;

/// <summary>The composition of augmentations that makes a view (SimCLR section 3 and appendix A).</summary>
/// <param name="Crop">Random resized crop and flip.</param>
/// <param name="JitterProbability">Chance that brightness, contrast, saturation and hue change, in random order; 0.8 in SimCLR.</param>
/// <param name="Brightness">Strength b: multiplied by a factor of [1−b, 1+b]; 0.8·s in SimCLR, s = 0.5 for CIFAR-10.</param>
/// <param name="Contrast">Strength c: deviations from the mean grey are multiplied by a factor of [1−c, 1+c].</param>
/// <param name="Saturation">Strength s: deviations from a pixel's grey are multiplied by a factor of [1−s, 1+s]; 0.8·s in SimCLR.</param>
/// <param name="Hue">Strength h: turned by [−h, h] whole turns; 0.2·s in SimCLR.</param>
/// <param name="GreyscaleProbability">Chance that all colour goes; 0.2 in SimCLR.</param>
/// <param name="BlurProbability">Chance of a Gaussian blur; 0.5 in SimCLR, 0 for CIFAR-10.</param>
/// <param name="BlurSigma">Range of the blur's σ, in pixels; 0.1 to 2 in SimCLR.</param>
public sealed record ViewOptions(
    CropOptions Crop,
    double JitterProbability,
    double Brightness,
    double Contrast,
    double Saturation,
    double Hue,
    double GreyscaleProbability,
    double BlurProbability,
    (double Low, double High) BlurSigma)
{
    /// <param name="section">The block <c>views</c>.</param>
    /// <param name="defaultArea">Least share of a crop's area where none is given.</param>
    /// <param name="jitter">Chance of colour jitter where none is given.</param>
    /// <param name="greyscale">Chance of greyscale where none is given.</param>
    /// <param name="blur">Chance of a blur where none is given.</param>
    public static ViewOptions Read(JsonSection section, double defaultArea, double jitter, double greyscale, double blur) => new(
        CropOptions.Read(section.Section("crop"), defaultArea),
        section.Number("jitter", jitter, 0, 1),
        section.Number("brightness", 0.4, 0, 1),
        section.Number("contrast", 0.4, 0, 1),
        section.Number("saturation", 0.4, 0, 1),
        section.Number("hue", 0.1, 0, 0.5),
        section.Number("greyscale", greyscale, 0, 1),
        section.Number("blur", blur, 0, 1),
        section.Range("blurSigma", (0.1, 2), 0.01, 20));
}
