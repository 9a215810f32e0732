using Distill.Learning.Randomness;
using Distill.Pipeline.Options;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>
/// Color jitter (SimCLR appendix A, with torchvision's definitions of contrast and saturation). It changes brightness, contrast,
/// saturation and hue in an order drawn per image, and clips after each. Images of one channel have neither saturation nor hue.
/// </summary>
/// <param name="Probability">Probability that a view is changed; 0.8 in SimCLR.</param>
/// <param name="Brightness">
/// Strength b: values are multiplied by a factor in [1−b, 1+b]. It is 0.8·s in SimCLR; the default is that of CIFAR-10, s = 0.5.
/// </param>
/// <param name="Contrast">Strength c: deviations from the mean gray are multiplied by a factor in [1−c, 1+c]; 0.8·s in SimCLR.</param>
/// <param name="Saturation">Strength s: deviations from a pixel's gray are multiplied by a factor in [1−s, 1+s]; 0.8·s in SimCLR.</param>
/// <param name="Hue">Strength h: the hue is rotated by an angle in [−h, h] full turns; 0.2·s in SimCLR.</param>
internal sealed partial record Jitter(double Probability, double Brightness, double Contrast, double Saturation, double Hue)
    : ViewOperation(Probability), ISingleView
{
    private const int Changes = 4;

    public static Jitter Read(JsonSection section) => new(
        section.Number("probability", 0.8, 0, 1, ProbabilityHelp),
        section.Number("brightness", 0.4, 0, 1, "Largest relative change of brightness."),
        section.Number("contrast", 0.4, 0, 1, "Largest relative change of contrast."),
        section.Number("saturation", 0.4, 0, 1, "Largest relative change of saturation."),
        section.Number("hue", 0.1, 0, 0.5, "Largest change of hue, in full turns."));

    private static bool ContrastFirst(RandomKey view) => view.Uniform(ViewDraws.GrayOrder) < 0.5;

    /// <summary>Draws the order of brightness (0), contrast (1), saturation (2) and hue (3) for an image of three channels.</summary>
    private static int[] Order(RandomKey view) => view.Fold("jitter order").Permutation(Changes);

    /// <summary>Draws the factor of one of the four changes; for the hue, the angle in full turns.</summary>
    private float FactorOf(RandomKey view, int change) => change switch
    {
        0 => Factor(view, ViewDraws.Brightness, Brightness),
        1 => Factor(view, ViewDraws.Contrast, Contrast),
        2 => Factor(view, ViewDraws.Saturation, Saturation),
        _ => (float)view.Uniform(ViewDraws.Hue, -Hue, Hue),
    };

    private static float Factor(RandomKey view, int draw, double strength) =>
        (float)view.Uniform(draw, Math.Max(0, 1 - strength), 1 + strength);
}
