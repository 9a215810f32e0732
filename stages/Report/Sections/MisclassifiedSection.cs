using System.Text.Json.Nodes;
using Distill.Imaging.Loading;
using Distill.Report.Charts;
using static TorchSharp.torch;

namespace Distill.Report.Sections;

/// <summary>Creates the section of the published student's mistakes: confusion, calibration and the most confident mistakes.</summary>
internal static class MisclassifiedSection
{
    /// <summary>Creates the section.</summary>
    public static Section Create(RunFacts facts, StudentStudy study, ImageBank test)
    {
        var details = facts.Details[facts.Student]!;
        string[] classes = [.. details["classes"]!.AsArray().Select(name => name!.GetValue<string>())];
        var reliability = ReliabilityChart.Create(details["reliability"]!.AsArray(), facts.Published.Figure("calibrationError") ?? 0);
        return new Section("Misclassified", $"""
            {Html.Grid([Confusion(classes, details["confusion"]?.AsArray()), reliability])}
            <h3>Most confident mistakes</h3>
            {Html.Grid(MostConfident(study.Misclassified, test), "images")}
            """);
    }

    private static string Confusion(string[] classes, JsonArray? counts) => counts is null || classes.Length > ConfusionChart.MaximumClasses
        ? "<figcaption>Confusion matrix</figcaption>"
            + FormattableString.Invariant($"<p>Too large to show for {classes.Length:N0} classes; see results-details.json.</p>")
        : ConfusionChart.Create(classes, [.. counts.Select(row => row!.AsArray().Select(count => count!.GetValue<long>()).ToArray())]);

    private static IEnumerable<string> MostConfident(IReadOnlyList<MisclassifiedImage> images, ImageBank test)
    {
        if (images.Count == 0)
        {
            return [];
        }

        using var scope = NewDisposeScope();
        var pictures = Pictures.Encode(test.Take([.. images.Select(image => image.Image)]));
        return [.. pictures.Zip(images, (picture, image) => Figure(picture, image, test.Images.ClassNames))];
    }

    private static string Figure(byte[] picture, MisclassifiedImage image, IReadOnlyList<string> names) =>
        Html.Picture(picture, names[image.Label])
        + $"<p><strong>{Html.Text(names[image.Label])}</strong>, predicted as {Html.Text(names[image.Prediction])} "
        + FormattableString.Invariant($"({100 * image.Probability:0.0} %)</p>");
}
