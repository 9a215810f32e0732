using Distill.Imaging.Augmentation;
using Distill.Pipeline.Options;

namespace Distill.FineTune;

/// <summary>
/// Options of the unlabeled images in fine-tuning, the block <c>finetune.unlabeled</c>: the loss of FixMatch (Sohn et al. 2020,
/// arXiv:2001.07685), with pseudo-labels of a moving average of the network in inference mode (EMAN, Cai et al. 2021, arXiv:2101.08482).
/// </summary>
/// <param name="Ratio">Unlabeled images per labeled one in a step, μ in FixMatch.</param>
/// <param name="Augmentations">Augmentations of the views that learn; pseudo-labels are those of views with the usual ones.</param>
/// <param name="Threshold">τ, the least probability of a pseudo-label.</param>
/// <param name="ThresholdsByClass">
/// Whether rarely predicted classes have a lower threshold: τ · qₖ / max q, where q is the mean prediction, as in FreeMatch (Wang et al.
/// 2022, arXiv:2205.07246).
/// </param>
/// <param name="Weight">λ, the weight of the loss on unlabeled images.</param>
/// <param name="Debiasing">
/// Strength with which logits are freed of the mean prediction, as in DebiasPL (Wang et al. 2022, arXiv:2201.01490); 0 for none.
/// </param>
/// <param name="Momentum">Fraction that a step keeps of the averages of weights and predictions, after a warm-up.</param>
public sealed record UnlabeledOptions(
    int Ratio,
    AugmentationOptions Augmentations,
    double Threshold,
    bool ThresholdsByClass,
    double Weight,
    double Debiasing,
    double Momentum)
{
    /// <summary>Reads the block <c>unlabeled</c>.</summary>
    public static UnlabeledOptions Read(JsonSection section) => new(
        section.Integer("ratio", 7, 1, 1024, "Unlabeled images per labeled one in a step."),
        AugmentationOptions.Read(section, "crop", "jitter", "cutout"),
        section.Number("threshold", 0.95, 0, 1, "Least probability of a pseudo-label."),
        section.Flag(
            "thresholdsByClass", true,
            "Whether classes that are predicted less often have a lower threshold: in proportion to their mean probability."),
        section.Number("weight", 1, 0, 1000, "Weight of the loss on unlabeled images."),
        section.Number("debiasing", 0.4, 0, 10, "Strength with which logits are freed of the mean prediction; 0 for none."),
        section.Number(
            "momentum", 0.99, 0, 1, "Fraction that a step keeps of the averages of weights and predictions; less in the first steps."));
}
