using Stages.Pipeline.Options;

namespace Stages.Imaging.Augmentation;

/// <summary>The composition of augmentations that makes a view (SimCLR section 3 and appendix A).</summary>
/// <param name="Crop">Random resized crop and flip.</param>
/// <param name="JitterProbability">Chance that brightness and contrast change; 0.8 in SimCLR.</param>
/// <param name="Brightness">Strength b: multiplied by a factor of [1−b, 1+b]; 0.8·s in SimCLR, s = 0.5 for CIFAR-10.</param>
/// <param name="Contrast">Strength c: deviations from the mean grey are multiplied by a factor of [1−c, 1+c].</param>
/// <param name="BlurProbability">Chance of a Gaussian blur; 0.5 in SimCLR, 0 for CIFAR-10.</param>
/// <param name="BlurSigma">Range of the blur's σ, in pixels; 0.1 to 2 in SimCLR.</param>
public sealed record ViewOptions(
    CropOptions Crop,
    double JitterProbability,
    double Brightness,
    double Contrast,
    double BlurProbability,
    (double Low, double High) BlurSigma)
{
    public static ViewOptions Read(JsonSection section, double defaultArea, double jitter, double blur) => new(
        CropOptions.Read(section.Section("crop"), defaultArea),
        section.Number("jitter", jitter, 0, 1),
        section.Number("brightness", 0.4, 0, 1),
        section.Number("contrast", 0.4, 0, 1),
        section.Number("blur", blur, 0, 1),
        section.Range("blurSigma", (0.1, 2), 0.01, 20));
}
