using Distill.Imaging.Augmentation;
using Distill.Learning.Arithmetic;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

// N unlabeled images, K classes
namespace Distill.Rivals.PseudoLabel;

/// <summary>
/// Pseudo-label (Lee, "Pseudo-label: the simple and efficient semi-supervised learning method for deep neural networks", ICML 2013
/// workshop), with the threshold of FixMatch's code: the most probable class of an image is its label, in the same pass.
/// </summary>
/// <param name="Ratio">Unlabeled images per labeled one in a step.</param>
/// <param name="Threshold">The least probability of a pseudo-label; 0.95 in FixMatch's code, and none in the paper.</param>
/// <param name="Weight">Weight of the loss on unlabeled images, after the ramp.</param>
/// <param name="Ramp">Share of the steps in which the weight grows from 0; 0.4 in FixMatch's code.</param>
public sealed record PseudoLabelMethod(int Ratio, double Threshold, double Weight, double Ramp) : RivalMethod(Ratio)
{
    /// <inheritdoc/>
    public override string Description => "pseudo-labels of the network itself, from scratch";

    /// <inheritdoc/>
    public override int ViewsPerImage => 1;

    public static PseudoLabelMethod Read(JsonSection section) => new(
        section.Integer("ratio", 7, 1, 1024, "Unlabeled images per labeled one in a step."),
        section.Number("threshold", 0.95, 0, 1, "Least probability of a pseudo-label."),
        section.Number("weight", 1, 0, 1000, "Weight of the loss on unlabeled images, after the ramp."),
        section.Number("ramp", 0.4, 0, 1, "Share of the steps in which this weight grows from 0."));

    /// <inheritdoc/>
    internal override IReadOnlyList<AugmentationOptions> Views(AugmentationOptions weak) => [weak];

    /// <inheritdoc/>
    internal override (Tensor Loss, Tensor? Used) UnlabeledLoss(IReadOnlyList<Tensor> logits_NK, double progress)
    {
        var (classes_N, used_N) = HardLabels(logits_NK[0], Threshold);
        var losses_N = nn.functional.cross_entropy(logits_NK[0], classes_N, reduction: nn.Reduction.None);
        var ramp = progress < Ramp ? progress / Ramp : 1;
        return (losses_N.mul(used_N).mean().Times(Weight * ramp), used_N.mean());
    }
}
