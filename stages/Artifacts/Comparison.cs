using System.Text.Json.Nodes;

namespace Distill.Artifacts;

/// <summary>Results of several pipelines side by side: a row per method, and a column per pipeline, which differ in their labels.</summary>
/// <param name="Columns">The pipelines.</param>
/// <param name="Rows">The methods, in the order of the results.</param>
public sealed record Comparison(IReadOnlyList<ComparedColumn> Columns, IReadOnlyList<ComparedRow> Rows)
{
    /// <summary>Compares runs.</summary>
    /// <param name="pipelines">Each pipeline with the results of its runs, which differ in the seed.</param>
    public static Comparison Of(IReadOnlyList<(ComparedColumn Column, IReadOnlyList<IReadOnlyList<ResultRow>> Runs)> pipelines)
    {
        var rows = pipelines.SelectMany(pipeline => pipeline.Runs).SelectMany(run => run).DistinctBy(row => row.Name);
        return new Comparison(
            [.. pipelines.Select(pipeline => pipeline.Column)],
            [
                .. rows.Select(row => new ComparedRow(row.Name, row.Protocol, [.. pipelines.Select(pipeline => ComparedCell.Of(
                    [.. pipeline.Runs.SelectMany(run => run).Where(other => other.Name == row.Name)]))])),
            ]);
    }

    /// <summary>Converts the comparison to JSON.</summary>
    public JsonObject ToJson() => new()
    {
        ["columns"] = new JsonArray([.. Columns.Select(column => new JsonObject { ["name"] = column.Name, ["labels"] = column.Labels })]),
        ["rows"] = new JsonArray([.. Rows.Select(row => new JsonObject
        {
            ["name"] = row.Name,
            ["protocol"] = row.Protocol,
            ["cells"] = new JsonArray([.. row.Cells.Select(cell => cell?.ToJson())]),
        })]),
    };
}

/// <summary>A pipeline in a comparison.</summary>
/// <param name="Name">Name of the pipeline.</param>
/// <param name="Labels">Number of labels.</param>
public sealed record ComparedColumn(string Name, int Labels)
{
    /// <summary>Name and number of labels, as text.</summary>
    public string Heading => FormattableString.Invariant($"{Name}, {Labels:N0} labels");
}

/// <summary>A method in a comparison.</summary>
/// <param name="Name">Name of its row in the results.</param>
/// <param name="Protocol">How it is trained, in words.</param>
/// <param name="Cells">Its results in each column; null where it was not run.</param>
public sealed record ComparedRow(string Name, string Protocol, IReadOnlyList<ComparedCell?> Cells);

/// <summary>Results of a method in one pipeline, over several seeds.</summary>
/// <param name="Mean">Mean top-1 accuracy in percent.</param>
/// <param name="Deviation">Sample standard deviation (n − 1) in percentage points; null for one run.</param>
/// <param name="Seconds">Mean time of all stages that led to the network.</param>
/// <param name="Top1">Top-1 of each run.</param>
public sealed record ComparedCell(double Mean, double? Deviation, double Seconds, IReadOnlyList<double> Top1)
{
    /// <summary>Summarizes the rows of one method; null if there are none.</summary>
    internal static ComparedCell? Of(IReadOnlyList<ResultRow> rows)
    {
        if (rows.Count == 0)
        {
            return null;
        }

        var mean = rows.Average(row => row.Top1);
        var squares = rows.Sum(row => (row.Top1 - mean) * (row.Top1 - mean));
        return new ComparedCell(
            mean,
            rows.Count > 1 ? Math.Sqrt(squares / (rows.Count - 1)) : null,
            rows.Average(row => row.Seconds),
            [.. rows.Select(row => row.Top1)]);
    }

    internal JsonObject ToJson() => new()
    {
        ["mean"] = Math.Round(Mean, 3),
        ["deviation"] = Deviation is { } deviation ? Math.Round(deviation, 3) : null,
        ["seconds"] = Math.Round(Seconds, 1),
        ["top1"] = new JsonArray([.. Top1.Select(value => JsonValue.Create(value))]),
    };

    /// <summary>Returns mean and deviation as text, such as 75.31 ± 0.42.</summary>
    public override string ToString() => FormattableString.Invariant($"{Mean:0.00}")
        + (Deviation is { } deviation ? FormattableString.Invariant($" ± {deviation:0.00}") : "");
}
