using Distill.Pipeline.Execution;
using Distill.Report.Charts;

namespace Distill.Report.Sections;

/// <summary>What was made of what, and how long it took.</summary>
internal static class LineageSection
{
    private const int ShownOfHash = 12;
    private const double Minute = 60;

    public static Section Of(IReadOnlyList<KeyValuePair<string, LockEntry>> stages) => new("Lineage", $"""
        {Html.Grid([BarChart.Of("Time per stage", "minutes", [.. stages.Select(stage => (stage.Key, stage.Value.Seconds / Minute))])])}
        {Html.Table(
            ["stage", " seconds", " times resumed", "machine", "key", "inputs", "outputs"],
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

    private static string Hash(string hash) => $"<code title=\"{Html.Text(hash)}\">{Html.Text(hash[..Math.Min(ShownOfHash, hash.Length)])}</code>";
}
