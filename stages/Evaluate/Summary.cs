using System.Text.Json.Nodes;
using Distill.Artifacts;

namespace Distill.Evaluate;

/// <summary>One row of the results, summarized over several runs.</summary>
/// <param name="Name">Name of the row in <see cref="ResultRow"/>.</param>
/// <param name="Mean">Mean top-1 accuracy in percent.</param>
/// <param name="Deviation">Sample standard deviation (n − 1) of top-1 in percentage points; null for one run.</param>
/// <param name="Seeds">Seeds of the runs.</param>
/// <param name="Gain">Mean difference from the supervised network of the same run, in percentage points; null for that network.</param>
public sealed record Summary(string Name, double Mean, double? Deviation, IReadOnlyList<long> Seeds, double? Gain)
{
    private const string Baseline = "supervised";

    /// <summary>Summarizes the tables of several runs.</summary>
    /// <param name="runs">The tables; each has the same rows.</param>
    public static IReadOnlyList<Summary> FromRuns(IReadOnlyList<IReadOnlyList<ResultRow>> runs) =>
        [.. runs[0].Select(row => row.Name).Select(name => FromRows(name, [.. runs.Select(run => run.First(r => r.Name == name))], runs))];

    /// <summary>Converts the summary to JSON.</summary>
    public JsonObject ToJson() => new()
    {
        ["name"] = Name,
        ["mean"] = Math.Round(Mean, 3),
        ["deviation"] = Deviation is { } deviation ? Math.Round(deviation, 3) : null,
        ["seeds"] = new JsonArray([.. Seeds.Select(seed => JsonValue.Create(seed))]),
        ["gain"] = Gain is { } gain ? Math.Round(gain, 3) : null,
    };

    private static Summary FromRows(string name, IReadOnlyList<ResultRow> rows, IReadOnlyList<IReadOnlyList<ResultRow>> runs)
    {
        var mean = rows.Average(row => row.Top1);
        var squares = rows.Sum(row => (row.Top1 - mean) * (row.Top1 - mean));
        var baseline = runs.Select(run => run.FirstOrDefault(row => row.Name == Baseline)).ToList();
        return new Summary(
            name,
            mean,
            rows.Count > 1 ? Math.Sqrt(squares / (rows.Count - 1)) : null,
            [.. rows.Select(row => row.Seed)],
            name == Baseline || baseline.Contains(null)
                ? null
                : rows.Zip(baseline, (row, supervised) => row.Top1 - supervised!.Top1).Average());
    }
}
