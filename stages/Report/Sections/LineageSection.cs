using Distill.Pipeline.Execution;
using Distill.Report.Charts;

namespace Distill.Report.Sections;

/// <summary>Creates the section of the lineage: time, key, inputs and outputs of each stage.</summary>
internal static class LineageSection
{
    private const int ShownHashDigits = 12;
    private const double Minute = 60;

    /// <summary>Creates the section.</summary>
    /// <param name="stages">Manifest entries of the stages, in the order in which they started.</param>
    public static Section Create(IReadOnlyList<KeyValuePair<string, LockEntry>> stages) => new("Lineage", $"""
        {Html.Grid([BarChart.Create("Time per stage", "minutes", [.. stages.Select(stage => (stage.Key, stage.Value.Seconds / Minute))])])}
        {Html.Table(
            [
                new("stage"), Column.Number("seconds"), Column.Number("times resumed"),
                new("machine"), new("key"), new("inputs"), new("outputs"),
            ],
            stages.Select(stage => (IReadOnlyList<string>)
            [
                $"<strong>{Html.Text(stage.Key)}</strong>",
                Html.Number(stage.Value.Seconds, "N0"),
                stage.Value.Resumes == 0 ? "" : Html.Number(stage.Value.Resumes, "N0"),
                string.Join("<br>", (stage.Value.Machines ?? []).Select(Html.Text)),
                Hash(stage.Value.Key),
                string.Join("<br>", stage.Value.Inputs.Select(input => $"{Html.Text(input.Key)} {Hash(input.Value)}")),
                string.Join("<br>", stage.Value.Outputs.Select(output => $"{Html.Text(output.Key)} {Hash(output.Value.Sha256)}")),
            ]))}
        """);

    private static string Hash(string hash) =>
        $"<code title=\"{Html.Text(hash)}\">{Html.Text(hash[..Math.Min(ShownHashDigits, hash.Length)])}</code>";
}
