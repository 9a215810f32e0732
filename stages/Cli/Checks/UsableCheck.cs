using Distill.Datasets.Encoded;
using Distill.Datasets.Images;

namespace Distill.Cli.Checks;

/// <summary>Finds splits with too few images for the stages that read them.</summary>
internal static class UsableCheck
{
    private const int Least = 2;

    public static IEnumerable<Finding> Find(CheckedData data)
    {
        if (data.Train?.Images?.Shape is { } shape && shape.Height != shape.Width
            && data.Options.Rivals.Methods.FirstOrDefault(rival => rival.Options.Method.NeedsSquares) is { } method)
        {
            yield return Finding.Error(
                Split.Train,
                $"rivals.{method.Options.Name}: found images of {shape.Height}×{shape.Width}, expected square ones, which it can rotate; "
                    + "remove this block");
        }

        foreach (var report in data.Splits)
        {
            var name = Phrases.NameOf(report.Split);
            if (report.Images is null)
            {
                yield return Finding.Error(report.Split, $"{name}: no image of {report.Source} can be used: {Reasons(report)}");
            }
            else if (report.Used < Least)
            {
                var purpose = report.Split == Split.Train
                    ? "the stages compare images with each other"
                    : "the report compares the features of images";
                yield return Finding.Error(
                    report.Split, $"{name}: found 1 image in {report.Source}, expected at least {Least}: {purpose}");
            }
        }
    }

    private static string Reasons(SplitReport report) => report.Refused.Count == 0
        ? "there are none"
        : string.Join("; ", SkipSummary.Grouped(report.Refused)
            .Select(group => FormattableString.Invariant($"{group.Count}: {group.Reason} ({group.Names})")));
}
