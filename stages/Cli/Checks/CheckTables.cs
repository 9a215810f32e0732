using System.Globalization;
using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Pipeline.Progress;
using Spectre.Console;

namespace Distill.Cli.Checks;

/// <summary>The result of a check on the terminal: images per class and split, what is used and skipped, sizes, and warnings.</summary>
internal static class CheckTables
{
    /// <summary>Of more classes, only those with the smallest number of training images are shown.</summary>
    private const int MostClasses = 40;

    private const int ShownOfMany = 20;

    public static void Write(DataCheck check)
    {
        foreach (var line in check.Data.Splits.SelectMany(report => SkipSummary.Lines(report.Source, report.Refused)))
        {
            Console.Out.WriteLine(line);
        }

        WriteClasses(check.Data);
        WriteCounts(check.Data.Splits);
        foreach (var (report, images) in check.Data.Usable)
        {
            Console.Out.WriteLine(Sizes(report, images));
        }

        foreach (var warning in check.Warnings)
        {
            Console.Out.WriteLine($"warning: {warning}");
        }

        if (check.Findings.Count == 0)
        {
            Console.Out.WriteLine("Found nothing wrong and nothing odd.");
        }
    }

    private static void WriteClasses(CheckedData data)
    {
        if ((data.Train?.Images ?? data.Test?.Images) is not { ClassNames: { Count: > 0 } classes })
        {
            return;
        }

        var train = Counts(data.Train?.Images);
        var test = Counts(data.Test?.Images);
        var labeled = data is { Labels: { } labels, Train.Images: { } images }
            ? ClassCounts.Of(images, labels.Indices.Select(index => images.Labels[index]))
            : null;
        var table = new Table().Border(TableBorder.Rounded).AddColumns("class", "train", "labeled", "test");
        foreach (var column in table.Columns.Skip(1))
        {
            column.RightAligned();
        }

        var order = Enumerable.Range(0, classes.Count).ToArray();
        var shown = order.Length <= MostClasses ? order : [.. order.OrderBy(label => train?[label]).Take(ShownOfMany)];
        foreach (var label in shown)
        {
            table.AddRow(Markup.Escape(OneLine.Of(classes[label])), Cell(train?[label]), Cell(labeled?[label]), Cell(test?[label]));
        }

        if (shown.Length < order.Length)
        {
            table.AddRow(FormattableString.Invariant($"and {order.Length - shown.Length} others"), "", "", "");
        }

        table.AddRow("all classes", Cell(train?.Sum()), Cell(labeled?.Sum()), Cell(test?.Sum()));
        AnsiConsole.Write(table);
    }

    private static int[]? Counts(ImageSet? images) => images is null ? null : ClassCounts.Of(images, images.Labels);

    private static string Cell(int? count) => count?.ToString("N0", CultureInfo.InvariantCulture) ?? "–";

    private static void WriteCounts(IReadOnlyList<SplitReport> reports)
    {
        if (reports.Count == 0)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns("split", "images", "count");
        table.Columns[2].RightAligned();
        foreach (var report in reports)
        {
            foreach (var (what, number) in Rows(report))
            {
                table.AddRow(Phrases.NameOf(report.Split), Markup.Escape(what), Cell(number));
            }
        }

        AnsiConsole.Write(table);
    }

    private static IEnumerable<(string What, int Number)> Rows(SplitReport report) =>
    [
        ("used", report.Used),
        .. report.Unlabeled > 0 ? [("used, unlabeled", report.Unlabeled)] : Array.Empty<(string, int)>(),
        .. report.NamedTraits.Select(trait => ($"used, {trait.Name}", trait.Count)),
        ("skipped", report.Refused.Count),
        .. report.Reasons.Select(reason => ($"skipped: {reason.Reason}", reason.Count)),
    ];

    private static string Sizes(SplitReport report, ImageSet images)
    {
        var (smallest, median, largest) = ImageSizes.Of(images);
        return FormattableString.Invariant($"{Phrases.NameOf(report.Split)}: {smallest.Width}×{smallest.Height} to ")
            + FormattableString.Invariant($"{largest.Width}×{largest.Height} pixels, median {median.Width}×{median.Height}; ")
            + FormattableString.Invariant($"values {report.Facts.Min(fact => fact.Darkest)} to {report.Facts.Max(fact => fact.Brightest)}");
    }
}
