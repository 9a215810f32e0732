using Distill.Artifacts;
using Distill.Report.Charts;

namespace Distill.Report.Sections;

/// <summary>The results table, and the student's other forms.</summary>
internal static class ResultsSection
{
    private const double Mega = 1e6;

    public static Section Of(RunFacts facts) => new("Results", $"""
        <p>Accuracy: {Html.Text(facts.Table["protocol"]!.GetValue<string>())}; intervals: {Html.Text(facts.Table["intervals"]!.GetValue<string>())}.</p>
        {Html.Table(
            ["network", " top-1 (%)", " interval", " parameters", " MB", " labels", " seconds", "training"],
            facts.Rows.Select(row => Row(row, row.Name == facts.Student)))}
        <h3>Formats of the published student</h3>
        {Html.Table(
            ["file", " MB", " top-1 (%)", " agreement with the network (%)", " calibration error", " ms, 1 image", FormattableString.Invariant($" ms, {Latency.Batch} images")],
            [.. facts.Forms.Variants.Select(Form), Eager(facts.Forms)])}
        {Html.Grid([PointChart.Sizes([
            .. facts.Rows.Select(row => (row.Name, (double)row.Bytes, row.Top1)),
            .. facts.Forms.Variants.Skip(1).Select(form => (form.Name, (double)form.Bytes, form.Top1)),
        ])])}
        """);

    private static IReadOnlyList<string> Row(ResultRow row, bool published)
    {
        var interval = row.Interval is var (low, high) ? FormattableString.Invariant($"{low:0.0}–{high:0.0}") : "";
        return
        [
            published ? $"<strong>{Html.Text(row.Name)}</strong>" : Html.Text(row.Name),
            Html.Number(row.Top1, "0.00"),
            interval,
            Html.Number(row.Parameters, "N0"),
            Html.Number(row.Bytes / Mega, "0.00"),
            Html.Number(row.Labels, "N0"),
            Html.Number(row.Seconds, "N0"),
            Html.Text(row.Protocol),
        ];
    }

    private static IReadOnlyList<string> Form(ExportedModel form) =>
    [
        $"<code>{Html.Text(form.Files[0])}</code>",
        Html.Number(form.Bytes / Mega, "0.00"),
        Html.Number(form.Top1, "0.00"),
        Html.Number(form.Agreement, "0.00"),
        Html.Number(form.CalibrationError, "0.0000"),
        Html.Number(form.MillisecondsOne, "0.00"),
        Html.Number(form.MillisecondsBatch, "0.0"),
    ];

    private static IReadOnlyList<string> Eager(ExportsFile forms) =>
        ["the network in TorchSharp", "", "", "", "", Html.Number(forms.EagerOne, "0.00"), Html.Number(forms.EagerBatch, "0.0")];
}
