using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>How well logits fit labels. Accuracies and precision are in percent, likelihood in nats, calibration of [0, 1].</summary>
/// <param name="Images">N.</param>
/// <param name="Classes">K.</param>
/// <param name="Top1">Percent of images whose largest logit is their label's; of equal logits, the lowest class's counts as largest.</param>
/// <param name="Top5">Percent whose label is among the five largest; null below six classes, where that is no question.</param>
/// <param name="MeanPerClass">Mean of the classes' accuracies, over those that occur.</param>
/// <param name="MeanAveragePrecision">Mean 11-point average precision over the classes that occur (<see cref="AveragePrecision"/>).</param>
/// <param name="NegativeLogLikelihood">Mean over the images.</param>
/// <param name="CalibrationError">Expected calibration error in 15 bins (<see cref="Tally.CalibrationError"/>).</param>
/// <param name="Reliability">Those bins.</param>
/// <param name="Confusion">Counts of true class by guessed one.</param>
public sealed record ClassificationReport(
    int Images,
    int Classes,
    double Top1,
    double? Top5,
    double MeanPerClass,
    double MeanAveragePrecision,
    double NegativeLogLikelihood,
    double CalibrationError,
    IReadOnlyList<CalibrationBin> Reliability,
    ConfusionMatrix Confusion)
{
    /// <param name="logits_NK">Logits of one image or more.</param>
    /// <param name="labels_N">True classes, int64, on the same device.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, a logit is not finite, or a label is no class.</exception>
    public static ClassificationReport Of(Tensor logits_NK, Tensor labels_N) => Of(Outcomes.Of(logits_NK, labels_N), logits_NK, labels_N);

    /// <summary>The same where the outcomes are known already.</summary>
    /// <param name="outcomes">Of these logits and labels.</param>
    /// <param name="logits_NK">Logits of one image or more.</param>
    /// <param name="labels_N">True classes, int64, on the same device.</param>
    public static ClassificationReport Of(Outcomes outcomes, Tensor logits_NK, Tensor labels_N)
    {
        var tally = new Tally(outcomes).AddAll();
        return new ClassificationReport(
            outcomes.Count,
            outcomes.Classes,
            tally.Top1,
            tally.Top5,
            tally.MeanPerClass,
            AveragePrecision.Mean(logits_NK, labels_N),
            -outcomes.LogLikelihoods.Average(),
            tally.CalibrationError,
            tally.Reliability,
            ConfusionMatrix.Of(outcomes));
    }
}
