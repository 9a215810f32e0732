// N images, K classes
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>Metrics of logits against labels. Accuracies and precision are in percent.</summary>
/// <param name="Images">Number of images.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Top1">Percentage of images whose largest logit is that of their label; of equal logits, the lowest class wins.</param>
/// <param name="Top5">Percentage of images whose label is among the five largest logits; null below six classes.</param>
/// <param name="MeanPerClass">Mean accuracy over the classes that occur.</param>
/// <param name="MeanAveragePrecision">Mean 11-point average precision over the classes that occur (<see cref="AveragePrecision"/>).</param>
/// <param name="NegativeLogLikelihood">Mean over the images, in nats.</param>
/// <param name="CalibrationError">Expected calibration error in 15 bins, in [0, 1] (<see cref="Tally.CalibrationError"/>).</param>
/// <param name="Reliability">Bins of the calibration error.</param>
/// <param name="Confusion">Counts per true and predicted class.</param>
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
    /// <summary>Computes the metrics.</summary>
    /// <param name="logits_NK">Logits of at least one image.</param>
    /// <param name="labels_N">True classes, int64, on the same device.</param>
    /// <exception cref="ArgumentException">The shapes do not match, a logit is not finite, or a label is out of range.</exception>
    public static ClassificationReport Measure(Tensor logits_NK, Tensor labels_N) =>
        Measure(Outcomes.FromLogits(logits_NK, labels_N), logits_NK, labels_N);

    /// <summary>Computes the metrics from outcomes that are already known.</summary>
    /// <param name="outcomes">Outcomes of these logits and labels.</param>
    /// <param name="logits_NK">Logits of at least one image.</param>
    /// <param name="labels_N">True classes, int64, on the same device.</param>
    public static ClassificationReport Measure(Outcomes outcomes, Tensor logits_NK, Tensor labels_N)
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
            ConfusionMatrix.Count(outcomes));
    }
}
