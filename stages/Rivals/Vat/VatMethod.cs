using Distill.Imaging.Augmentation;
using Distill.Learning.Arithmetic;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

// N unlabeled images, K classes
namespace Distill.Rivals.Vat;

/// <summary>
/// Virtual adversarial training with entropy minimization (Miyato et al. 2018, arXiv:1704.03976): predictions should neither change in the
/// direction in which they change most (equations 5 and 8), nor be undecided (section 4.2, "VAT + EntMin").
/// </summary>
/// <param name="Ratio">Unlabeled images per labeled one in a step.</param>
/// <param name="Radius">
/// ε: length of the perturbation, as its root mean square over all values, which are in [0, 1]. FixMatch's code and that of S4L have 0.05.
/// </param>
/// <param name="Weight">Weight of the divergence, after the ramp; 0.3 in FixMatch's code.</param>
/// <param name="EntropyWeight">Weight of the entropy; 0.06 in FixMatch's code.</param>
/// <param name="Ramp">Share of the steps in which the weight of the divergence grows from 0; 0.4 in FixMatch's code.</param>
public sealed record VatMethod(int Ratio, double Radius, double Weight, double EntropyWeight, double Ramp) : RivalMethod(Ratio)
{
    /// <inheritdoc/>
    public override string Description => "virtual adversarial training with entropy minimization, from scratch";

    /// <inheritdoc/>
    public override int ViewsPerImage => 2;

    /// <summary>The same view, perturbed.</summary>
    internal override IReadOnlyList<IViewChange> Changes => [new PowerIteration(Radius)];

    public static VatMethod Read(JsonSection section) => new(
        section.Integer("ratio", 4, 1, 1024, "Unlabeled images per labeled one in a step."),
        section.Number("radius", 0.05, 0.0001, 1, "Root mean square of the perturbation, for values from 0 to 1."),
        section.Number("weight", 0.3, 0, 1000, "Weight of the divergence that it causes, after the ramp."),
        section.Number("entropyWeight", 0.06, 0, 1000, "Weight of the entropy of unlabeled images."),
        section.Number("ramp", 0.4, 0, 1, "Share of the steps in which the weight of the divergence grows from 0."));

    /// <inheritdoc/>
    internal override IReadOnlyList<AugmentationOptions> Views(AugmentationOptions weak) => [weak];

    /// <inheritdoc/>
    internal override (Tensor Loss, Tensor? Used) UnlabeledLoss(IReadOnlyList<Tensor> logits_NK, double progress)
    {
        var ramp = progress < Ramp ? progress / Ramp : 1;
        var entropy = logits_NK[0].softmax(1).mul(logits_NK[0].log_softmax(1)).sum([1L]).neg().mean();
        var divergence = PowerIteration.Divergence(logits_NK[0].detach(), logits_NK[1]).mean();
        return (divergence.Times(Weight * ramp).Plus(entropy.Times(EntropyWeight)), null);
    }
}
