using Distill.Artifacts;
using Distill.Report.Charts;

namespace Distill.Report.Sections;

/// <summary>Creates the section of the results: all classifiers of the run, and the exported models of the student.</summary>
internal static class ResultsSection
{
    private const double Mega = 1e6;

    /// <summary>Creates the section.</summary>
    public static Section Create(RunFacts facts) => new("Results", $"""
        <p>Accuracy: {TextOf(facts, "protocol")}; intervals: {TextOf(facts, "intervals")}.</p>
        {Html.Table(
            [
                new("network"), Column.Number("top-1 (%)"), Column.Number("interval"), Column.Number("parameters"),
                Column.Number("MB"), Column.Number("labels"), Column.Number("seconds"), new("training"),
            ],
            facts.Rows.Select(row => Row(row, row.Name == facts.Student)))}
        <h3>Formats of the published student</h3>
        {Html.Table(
            [
                new("file"), Column.Number("MB"), Column.Number("top-1 (%)"), Column.Number("agreement with the network (%)"),
                Column.Number("calibration error"), Column.Number("ms, 1 image"),
                Column.Number(FormattableString.Invariant($"ms, {Latency.Batch} images")),
            ],
            [.. facts.Exports.Models.Select(Row), Row(facts.Exports.Eager)])}
        {Html.Grid([PointChart.Sizes([
            .. facts.Rows.Select(row => (row.Name, (double)row.Bytes, row.Top1)),
            .. facts.Exports.Models.Skip(1).Select(model => (model.Name, (double)model.Bytes, model.Top1)),
        ])])}
        """);

    private static string TextOf(RunFacts facts, string key) => Html.Text(facts.Table[key]!.GetValue<string>());

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

    private static IReadOnlyList<string> Row(ExportedModel model) =>
    [
        $"<code>{Html.Text(model.Files[0])}</code>",
        Html.Number(model.Bytes / Mega, "0.00"),
        Html.Number(model.Top1, "0.00"),
        Html.Number(model.Agreement, "0.00"),
        Html.Number(model.CalibrationError, "0.0000"),
        Html.Number(model.MillisecondsOne, "0.00"),
        Html.Number(model.MillisecondsBatch, "0.0"),
    ];

    private static IReadOnlyList<string> Row(EagerLatency eager) =>
    [
        "the network in TorchSharp", "", "", "", "",
        Html.Number(eager.MillisecondsOne, "0.00"), Html.Number(eager.MillisecondsBatch, "0.0"),
    ];
}
