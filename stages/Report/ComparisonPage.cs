using Distill.Artifacts;
using Distill.Report.Charts;

namespace Distill.Report;

/// <summary>A page about several pipelines: methods × numbers of labels, with the time that each took.</summary>
public static class ComparisonPage
{
    /// <summary>File name of the page.</summary>
    public const string Output = "comparison.html";

    private const double Minute = 60;

    /// <summary>Creates the page, a file that loads nothing from elsewhere.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="comparison">The results.</param>
    public static string Create(string title, Comparison comparison) => Page.Create(
        title,
        "Mean of top-1 ± sample standard deviation over the seeds, in percent of the test images. Bold: the best of a column.",
        [],
        [
            new Section("Accuracy", Table(comparison, Accuracy) + Html.Grid([Chart(comparison)])),
            new Section("Time", "<p>Minutes of all stages that led to a network, pretraining included.</p>"
                + Table(comparison, (cell, _) => Html.Number(cell.Seconds / Minute, "0.0"))),
        ]);

    private static string Accuracy(ComparedCell cell, bool best) => best ? $"<strong>{cell}</strong>" : $"{cell}";

    private static string Table(Comparison comparison, Func<ComparedCell, bool, string> text)
    {
        double?[] best = [.. comparison.Columns.Select((_, i) => comparison.Rows.Max(row => row.Cells[i]?.Mean))];
        return Html.Table(
            [
                new("method"), .. comparison.Columns.Select(column => Column.Number(column.Heading)), new("training"),
            ],
            comparison.Rows.Select(row => (IReadOnlyList<string>)
            [
                Html.Text(row.Name), .. row.Cells.Select((cell, i) => cell is null ? "" : text(cell, cell.Mean == best[i])),
                Html.Text(row.Protocol),
            ]));
    }

    private static string Chart(Comparison comparison) => LabelChart.Create(comparison.Rows.Select(row => (
        row.Name,
        (IReadOnlyList<(double, double)>)[.. comparison.Columns.Zip(row.Cells)
            .Where(pair => pair.Second is not null)
            .Select(pair => ((double)pair.First.Labels, pair.Second!.Mean))
            .OrderBy(point => point.Item1)])));
}
