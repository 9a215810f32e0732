using Distill.Imaging.Augmentation;
using Distill.Learning.Arithmetic;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

// N unlabeled images, K classes
namespace Distill.Rivals.FixMatch;

/// <summary>
/// FixMatch (Sohn et al. 2020, arXiv:2001.07685, equations 3 and 4): the class of a weak view is the label of a strong view of the same
/// image, if it is probable enough.
/// </summary>
/// <param name="Ratio">μ; 7 in the paper.</param>
/// <param name="Strong">Augmentations of the strong views: the weak ones, and RandAugment.</param>
/// <param name="Threshold">τ, the least probability of a pseudo-label; 0.95 in the paper.</param>
/// <param name="Weight">λ, the weight of the loss on unlabeled images; 1 in the paper.</param>
public sealed record FixMatchMethod(int Ratio, AugmentationOptions Strong, double Threshold, double Weight) : RivalMethod(Ratio)
{
    /// <inheritdoc/>
    public override string Description => "FixMatch from scratch: hard pseudo-labels of weak views for strong views";

    /// <inheritdoc/>
    public override int ViewsPerImage => 2;

    public static FixMatchMethod Read(JsonSection section) => new(
        section.Integer("ratio", 7, 1, 1024, "Unlabeled images per labeled one in a step."),
        AugmentationOptions.Read(
            section.Section("strong", "The strong views of unlabeled images."), "flip", "shift", "rand-augment"),
        section.Number("threshold", 0.95, 0, 1, "Least probability of a pseudo-label."),
        section.Number("weight", 1, 0, 1000, "Weight of the loss on unlabeled images."));

    /// <inheritdoc/>
    internal override IReadOnlyList<AugmentationOptions> Views(AugmentationOptions weak) => [weak, Strong];

    /// <inheritdoc/>
    internal override (Tensor Loss, Tensor? Used) UnlabeledLoss(IReadOnlyList<Tensor> logits_NK, double progress)
    {
        var (classes_N, used_N) = HardLabels(logits_NK[0], Threshold);
        var losses_N = nn.functional.cross_entropy(logits_NK[1], classes_N, reduction: nn.Reduction.None);
        // The mean is over all images, not only over those with pseudo-labels.
        return (losses_N.mul(used_N).mean().Times(Weight), used_N.mean());
    }
}
