using System.Text.Json.Nodes;
using Distill.Artifacts;

namespace Distill.Evaluate;

/// <summary>One row of the results over several runs.</summary>
/// <param name="Name">supervised, teacher, distilled, self-distilled, or a round's name.</param>
/// <param name="Mean">Mean top-1 in percent.</param>
/// <param name="Deviation">Sample standard deviation (n−1) of top-1, in points; 0 for one run.</param>
/// <param name="Seeds">The runs' seeds.</param>
/// <param name="Gain">Mean of the points over the same run's supervised network; null for that network itself.</param>
public sealed record Summary(string Name, double Mean, double Deviation, IReadOnlyList<long> Seeds, double? Gain)
{
    private const string Baseline = "supervised";

    /// <param name="runs">The tables of the runs, each with the same rows.</param>
    public static IReadOnlyList<Summary> Of(IReadOnlyList<IReadOnlyList<ResultRow>> runs) =>
        [.. runs[0].Select(row => row.Name).Select(name => Of(name, [.. runs.Select(run => run.First(r => r.Name == name))], runs))];

    public JsonObject ToJson() => new()
    {
        ["name"] = Name,
        ["mean"] = Math.Round(Mean, 3),
        ["deviation"] = Math.Round(Deviation, 3),
        ["seeds"] = new JsonArray([.. Seeds.Select(seed => JsonValue.Create(seed))]),
        ["gain"] = Gain is { } gain ? Math.Round(gain, 3) : null,
    };

    private static Summary Of(string name, IReadOnlyList<ResultRow> rows, IReadOnlyList<IReadOnlyList<ResultRow>> runs)
    {
        var mean = rows.Average(row => row.Top1);
        var squares = rows.Sum(row => (row.Top1 - mean) * (row.Top1 - mean));
        var baseline = runs.Select(run => run.FirstOrDefault(row => row.Name == Baseline)).ToList();
        return new Summary(
            name,
            mean,
            rows.Count > 1 ? Math.Sqrt(squares / (rows.Count - 1)) : 0,
            [.. rows.Select(row => row.Seed)],
            name == Baseline || baseline.Contains(null) ? null : rows.Zip(baseline, (row, under) => row.Top1 - under!.Top1).Average());
    }
}
