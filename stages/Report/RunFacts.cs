using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Pipeline.Execution;
using Distill.Report.Charts;

namespace Distill.Report;

/// <summary>What a run wrote down, as far as a report tells of it.</summary>
/// <param name="Student">The published row's name.</param>
/// <param name="Table">results.json.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Details">results-details.json.</param>
/// <param name="Forms">The student's forms in ONNX.</param>
/// <param name="Stages">What the lock knows of each stage, in the order in which they began.</param>
/// <param name="Curves">What stages logged, those that did.</param>
internal sealed record RunFacts(
    string Student,
    JsonNode Table,
    IReadOnlyList<ResultRow> Rows,
    JsonNode Details,
    ExportsFile Forms,
    IReadOnlyList<KeyValuePair<string, LockEntry>> Stages,
    IReadOnlyList<Curves> Curves)
{
    /// <summary>The published row.</summary>
    public ResultRow Own => Rows.First(row => row.Name == Student);

    /// <param name="student">The published row's name.</param>
    /// <param name="results">Path of results.json.</param>
    /// <param name="details">Path of results-details.json.</param>
    /// <param name="variants">Folder of the forms.</param>
    /// <param name="lineage">Stages.</param>
    /// <param name="modelsFolder">In which every stage has a folder of its own.</param>
    public static RunFacts Read(
        string student, string results, string details, string variants, IReadOnlyDictionary<string, LockEntry> lineage, string modelsFolder)
    {
        KeyValuePair<string, LockEntry>[] stages = [.. lineage.OrderBy(stage => stage.Value.StartedUtc)];
        return new RunFacts(
            student,
            JsonNode.Parse(File.ReadAllText(results))!,
            ResultsFile.Read(results),
            JsonNode.Parse(File.ReadAllText(details))!,
            ExportsFile.Read(variants),
            stages,
            [.. stages.Select(stage => Charts.Curves.Read(modelsFolder, stage.Key)).Where(curves => curves.Has("loss"))]);
    }
}
