using System.Text.Json.Nodes;
using Distill.Imaging.Loading;
using Distill.Report.Charts;
using static TorchSharp.torch;

namespace Distill.Report.Sections;

/// <summary>Where and how surely the published student is wrong.</summary>
internal static class MisclassifiedSection
{
    public static Section Of(RunFacts facts, StudentStudy study, ImageBank test)
    {
        var details = facts.Details[facts.Student]!;
        string[] classes = [.. details["classes"]!.AsArray().Select(name => name!.GetValue<string>())];
        var reliability = ReliabilityChart.Of(details["reliability"]!.AsArray(), facts.Own.Figure("calibrationError") ?? 0);
        return new Section("Misclassified", $"""
            {Html.Grid([Confusion(classes, details["confusion"]!.AsArray()), reliability])}
            <h3>Most confident mistakes</h3>
            {Html.Grid(Surest(study.Misclassified, test), "images")}
            """);
    }

    private static string Confusion(string[] classes, JsonArray counts) => classes.Length > ConfusionChart.MostClasses
        ? FormattableString.Invariant($"<figcaption>Confusion matrix</figcaption><p>Too large to show for {classes.Length:N0} classes; see results-details.json.</p>")
        : ConfusionChart.Of(classes, [.. counts.Select(row => row!.AsArray().Select(count => count!.GetValue<long>()).ToArray())]);

    private static IEnumerable<string> Surest(IReadOnlyList<Mistake> mistakes, ImageBank test)
    {
        if (mistakes.Count == 0)
        {
            return [];
        }

        using var scope = NewDisposeScope();
        var names = test.Images.ClassNames;
        return [.. Pictures.Of(test.Take([.. mistakes.Select(mistake => mistake.Image)])).Zip(mistakes, (picture, mistake) => FormattableString.Invariant(
            $"{Html.Picture(picture, names[mistake.Label])}<p><strong>{Html.Text(names[mistake.Label])}</strong>, predicted as {Html.Text(names[mistake.Guess])} ({100 * mistake.Probability:0.0} %)</p>"))];
    }
}
