// N images, K classes
using System.Text.Json.Nodes;
using Distill.Imaging.Evaluation.Metrics;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Distill.Evaluate;

/// <summary>All measurements of one classifier on one split.</summary>
/// <param name="Report">Accuracies, precision, likelihood, calibration and confusion.</param>
/// <param name="Intervals">95 % intervals over the images.</param>
public sealed record Measurement(ClassificationReport Report, ClassificationIntervals Intervals)
{
    // A thousand classes would be a million numbers for each classifier.
    private const int MostClassesInRows = 100;

    private IEnumerable<int> Labels => Enumerable.Range(0, Report.Classes);

    /// <summary>Measures a classifier by its logits.</summary>
    /// <param name="logits_NK">Logits of all images.</param>
    /// <param name="labels_N">True classes.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    public static Measurement FromLogits(Tensor logits_NK, Tensor labels_N, long seed)
    {
        var outcomes = Outcomes.FromLogits(logits_NK, labels_N);
        return new Measurement(
            ClassificationReport.Measure(outcomes, logits_NK, labels_N),
            ClassificationIntervals.Compute(outcomes, RandomKey.FromSeed(seed).Fold("bootstrap"), BootstrapOptions.Default));
    }

    /// <summary>Returns the figures without bins and matrix. Percentages have two decimal places.</summary>
    public JsonObject Figures() => new()
    {
        ["top1"] = Percent(Report.Top1),
        ["top1Interval"] = Pair(Intervals.Top1, 2),
        ["top5"] = Report.Top5 is { } top5 ? Percent(top5) : null,
        ["top5Interval"] = Intervals.Top5 is { } interval ? Pair(interval, 2) : null,
        ["meanPerClass"] = Percent(Report.MeanPerClass),
        ["meanPerClassInterval"] = Pair(Intervals.MeanPerClass, 2),
        ["meanAveragePrecision"] = Percent(Report.MeanAveragePrecision),
        ["calibrationError"] = Math.Round(Report.CalibrationError, 4),
        ["calibrationErrorInterval"] = Pair(Intervals.CalibrationError, 4),
        ["negativeLogLikelihood"] = Math.Round(Report.NegativeLogLikelihood, 4),
    };

    /// <summary>
    /// Returns the bins of the reliability diagram, and the confusion matrix: one row per true class, or for many classes the cells that
    /// are not 0, each as true class, predicted class and number of images.
    /// </summary>
    public JsonObject Details(IReadOnlyList<string> classNames) => new()
    {
        ["classes"] = new JsonArray([.. classNames.Select(name => JsonValue.Create(name))]),
        [Report.Classes <= MostClassesInRows ? "confusion" : "confusionCells"] =
            Report.Classes <= MostClassesInRows ? ConfusionRows() : ConfusionCells(),
        ["reliability"] = new JsonArray([.. Report.Reliability.Select(bin => new JsonObject
        {
            ["low"] = Math.Round(bin.Low, 6),
            ["high"] = Math.Round(bin.High, 6),
            ["images"] = bin.Count,
            ["confidence"] = bin.Confidence is { } confidence ? Math.Round(confidence, 6) : null,
            ["accuracy"] = bin.Accuracy is { } accuracy ? Math.Round(accuracy, 6) : null,
        })]),
    };

    private JsonArray ConfusionRows() => new([.. Labels.Select(label =>
        new JsonArray([.. Labels.Select(guess => JsonValue.Create(Report.Confusion[label, guess]))]))]);

    private JsonArray ConfusionCells() => new([.. Labels.SelectMany(label => Labels
        .Where(guess => Report.Confusion[label, guess] > 0)
        .Select(guess => new JsonArray(label, guess, Report.Confusion[label, guess])))]);

    private static double Percent(double value) => Math.Round(value, 2);

    private static JsonArray Pair(Interval interval, int places) =>
        new(Math.Round(interval.Low, places), Math.Round(interval.High, places));
}
