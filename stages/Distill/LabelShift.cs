// N views, K classes
using Distill.Imaging.SoftTargets;
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Distill;

/// <summary>
/// Estimates how frequent the classes are among all images, and adapts soft targets to it. A teacher expects the frequencies of its labels,
/// which are equal if the labels were drawn per class. Expectation maximization finds the frequencies under which its probabilities of the
/// unlabeled images are most likely (Saerens, Latinne and Decaestecker 2002, "Adjusting the outputs of a classifier to new a priori
/// probabilities"). SimCLRv2 does not use it.
/// </summary>
internal static class LabelShift
{
    /// <summary>
    /// Weight of the labels' frequencies in the estimate. Without them, a teacher that is unsure of everything gives all images to the most
    /// frequent class, and the rarest classes vanish.
    /// </summary>
    private const double LabelWeight = 0.2;

    private const int MaximumRounds = 500;
    private const double Tolerance = 1e-6;

    /// <summary>Computes one constant per class. Added to the logits, they replace the labels' frequencies by the estimated ones.</summary>
    /// <param name="logits">One row per view.</param>
    /// <param name="temperature">Divisor of the logits.</param>
    /// <param name="labels">Frequency of each class among the labels; none is 0, and their sum is 1.</param>
    /// <returns>[K] in fp64, with mean 0, for <see cref="ClassBalance.Apply"/>.</returns>
    public static Tensor Shifts(ISoftTargetLogits logits, double temperature, IReadOnlyList<double> labels)
    {
        using var scope = NewDisposeScope();
        var labels_K = tensor(labels.ToArray(), ScalarType.Float64, logits.Device);
        var shift_K = Estimate(logits, temperature, labels_K).div(labels_K).log();
        return shift_K.sub(shift_K.mean()).Times_(temperature).MoveToOuterDisposeScope();
    }

    /// <summary>Estimates the frequency of each class: [K], fp64, of sum 1.</summary>
    /// <inheritdoc cref="Shifts"/>
    internal static Tensor Estimate(ISoftTargetLogits logits, double temperature, Tensor labels_K)
    {
        using var scope = NewDisposeScope();
        var frequency_K = labels_K;
        for (var round = 0; round < MaximumRounds; round++)
        {
            var found_K = ClassBalance.Shares(logits, temperature, frequency_K.div(labels_K).log());
            var next_K = found_K.Times(1 - LabelWeight).Plus(labels_K.Times(LabelWeight));
            var change = next_K.sub(frequency_K).abs().max().ReadDouble();
            frequency_K = next_K;
            if (change < Tolerance)
            {
                break;
            }
        }

        return frequency_K.MoveToOuterDisposeScope();
    }
}
