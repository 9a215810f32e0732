using System.Text.Json.Nodes;
using Distill.Imaging.Augmentation;
using Distill.Learning.Arithmetic;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

// N unlabeled images, B labeled ones, K classes
namespace Distill.Rivals.Uda;

/// <summary>
/// Unsupervised data augmentation (Xie et al. 2020, arXiv:1904.12848, section 2): the sharpened prediction for a weak view is the soft
/// target of a strong view, if its largest probability, before it is sharpened, is large enough.
/// </summary>
/// <param name="Ratio">μ; 7 in the authors' scripts for CIFAR-10 and SVHN.</param>
/// <param name="Strong">Augmentations of the strong views: RandAugment, then the weak ones.</param>
/// <param name="Temperature">Divisor of the weak view's logits; 0.4 in the scripts.</param>
/// <param name="Threshold">β, the least probability of a prediction; 0.8 in the scripts.</param>
/// <param name="Weight">λ, the weight of the loss on unlabeled images; 1 in the scripts.</param>
/// <param name="Annealing">Which labeled images count at which time.</param>
public sealed record UdaMethod(
    int Ratio, AugmentationOptions Strong, double Temperature, double Threshold, double Weight, SignalAnnealing Annealing)
    : RivalMethod(Ratio)
{
    /// <inheritdoc/>
    public override string Description => "UDA from scratch: sharpened predictions for weak views as soft targets of strong views";

    /// <inheritdoc/>
    public override int ViewsPerImage => 2;

    public static UdaMethod Read(JsonSection section) => Read(section, temperature: 0.4, threshold: 0.8, weight: 1);

    /// <summary>Reads the block.</summary>
    /// <param name="section">The block.</param>
    /// <param name="temperature">Default temperature.</param>
    /// <param name="threshold">Default threshold.</param>
    /// <param name="weight">Default weight.</param>
    internal static UdaMethod Read(JsonSection section, double temperature, double threshold, double weight) => new(
        section.Integer("ratio", 7, 1, 1024, "Unlabeled images per labeled one in a step."),
        AugmentationOptions.Read(
            section.Section("strong", "The strong views of unlabeled images."),
            new JsonObject { ["operation"] = "rand-augment", ["policy"] = "uda" },
            new JsonObject { ["operation"] = "flip" },
            new JsonObject { ["operation"] = "shift" }),
        section.Number("temperature", temperature, 0.01, 100, "Temperature of the predictions for weak views; below 1 sharpens them."),
        section.Number("threshold", threshold, 0, 1, "Least probability of a prediction that is used."),
        section.Number("weight", weight, 0, 1000, "Weight of the loss on unlabeled images."),
        section.Choice(
            "annealing", SignalAnnealing.Off,
            "Training signal annealing: labeled images count only while the probability of their class is below a bound that grows."));

    /// <inheritdoc/>
    internal override IReadOnlyList<AugmentationOptions> Views(AugmentationOptions weak) => [weak, Strong];

    /// <inheritdoc/>
    internal override Tensor LabeledLoss(Tensor logits_BK, Tensor labels_B, double progress)
    {
        if (Annealing == SignalAnnealing.Off)
        {
            return base.LabeledLoss(logits_BK, labels_B, progress);
        }

        var losses_B = nn.functional.cross_entropy(logits_BK, labels_B, reduction: nn.Reduction.None);
        var right_B = logits_BK.detach().softmax(1).gather(1, labels_B.unsqueeze(1)).squeeze(1);
        var counts_B = right_B.IsAbove(Bound(progress, (int)logits_BK.shape[1])).logical_not().to_type(ScalarType.Float32);
        return losses_B.mul(counts_B).sum().div(counts_B.sum().AtLeast(1));
    }

    /// <inheritdoc/>
    internal override (Tensor Loss, Tensor? Used) UnlabeledLoss(IReadOnlyList<Tensor> logits_NK, double progress)
    {
        var weak_NK = logits_NK[0].detach();
        var used_N = weak_NK.softmax(1).amax([1L]).IsAbove(Threshold).to_type(ScalarType.Float32);
        var sharpened_NK = weak_NK.Over(Temperature);
        var divergence_N = sharpened_NK.softmax(1)
            .mul(sharpened_NK.log_softmax(1).sub(logits_NK[1].log_softmax(1)))
            .sum([1L]);
        return (divergence_N.mul(used_N).mean().Times(Weight), used_N.mean());
    }

    /// <summary>The largest probability of its class at which a labeled image counts: from 1/K to 1.</summary>
    internal double Bound(double progress, int classes)
    {
        var share = Annealing switch
        {
            SignalAnnealing.Logarithmic => 1 - Math.Exp(-5 * progress),
            SignalAnnealing.Linear => progress,
            _ => Math.Exp(5 * (progress - 1)),
        };
        return share * (1 - 1.0 / classes) + 1.0 / classes;
    }
}
