using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Pipeline.Execution;
using Distill.Report.Charts;

namespace Distill.Report;

/// <summary>The files of a run that a report shows.</summary>
/// <param name="Student">Name of the published row.</param>
/// <param name="Table">Content of results.json.</param>
/// <param name="Rows">The rows of the table.</param>
/// <param name="Details">Content of results-details.json.</param>
/// <param name="Exports">Measurements of the exported models.</param>
/// <param name="Stages">Manifest entries of the stages, in the order in which they started.</param>
/// <param name="Curves">Logs of the training stages.</param>
internal sealed record RunFacts(
    string Student,
    JsonNode Table,
    IReadOnlyList<ResultRow> Rows,
    JsonNode Details,
    ExportsFile Exports,
    IReadOnlyList<KeyValuePair<string, LockEntry>> Stages,
    IReadOnlyList<Curves> Curves)
{
    /// <summary>The published row.</summary>
    public ResultRow Published => Rows.First(row => row.Name == Student);

    /// <summary>Reads the files.</summary>
    /// <param name="student">Name of the published row.</param>
    /// <param name="results">Path of results.json.</param>
    /// <param name="details">Path of results-details.json.</param>
    /// <param name="exports">Folder of the exported models.</param>
    /// <param name="lineage">Manifest entries of the stages.</param>
    /// <param name="modelsFolder">Folder of the run, with one folder per stage.</param>
    public static RunFacts Read(
        string student, string results, string details, string exports, IReadOnlyDictionary<string, LockEntry> lineage, string modelsFolder)
    {
        KeyValuePair<string, LockEntry>[] stages = [.. lineage.OrderBy(stage => stage.Value.StartedUtc)];
        return new RunFacts(
            student,
            JsonNode.Parse(File.ReadAllText(results))!,
            ResultsFile.Read(results),
            JsonNode.Parse(File.ReadAllText(details))!,
            ExportsFile.Read(exports),
            stages,
            [.. stages.Select(stage => Charts.Curves.Read(modelsFolder, stage.Key)).Where(curves => curves.Has("loss"))]);
    }
}
