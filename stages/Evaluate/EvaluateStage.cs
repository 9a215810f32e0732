using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Imaging.Splits;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.Evaluate;

/// <summary>
/// Measures every classifier of the run on the test split: the only stage that opens it, after all training is over, so that
/// no test image can have chosen anything.
/// </summary>
public static class EvaluateStage
{
    /// <summary>Raised when the same options and inputs give another table than before.</summary>
    public const int Version = 4;

    /// <summary>The table for programs.</summary>
    public const string Json = "results.json";

    /// <summary>The table for spreadsheets.</summary>
    public const string Csv = "results.csv";

    /// <summary>Confusion matrix and reliability diagram of each classifier.</summary>
    public const string Details = "results-details.json";

    /// <param name="context">Where it runs.</param>
    /// <param name="contestants">Rows of the table, in order.</param>
    /// <param name="settings">What all stages share.</param>
    /// <param name="dataset">Whose test split judges.</param>
    /// <param name="labels">Which labels the run used.</param>
    /// <param name="folder">Where the tables go.</param>
    public static StageResult Run(
        StageContext context,
        IReadOnlyList<Candidate> contestants,
        RunSettings settings,
        IDataset dataset,
        LabelSplitOptions labels,
        string folder)
    {
        var (train, test) = (dataset.Train(), dataset.Test());
        var labeled = LabelSplit.Draw(train, labels).Indices;
        int[] all = [.. Enumerable.Range(0, train.Count).Where(image => train.Labels[image] != ImageSet.Unlabeled)];
        using var judge = new Evaluator(test, train, settings, context.Cancellation);
        var rows = new List<ResultRow>();
        var details = new JsonObject();
        foreach (var contestant in contestants)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var path = context.Input(contestant.Source.Artifact);
            var teaching = contestant.Labels switch
            {
                LabelUsage.All => all,
                LabelUsage.None => [],
                _ => labeled,
            };
            using var network = contestant.Source.Load(path, test.Shape.Channels, test.ClassNames.Count, settings.Compute.InFp32);
            var measured = Measurement.Of(judge.Logits(contestant, network, teaching), judge.Labels(), settings.Seed);
            rows.Add(new ResultRow(
                contestant.Name,
                Math.Round(measured.Report.Top1, 2),
                network.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel()),
                new FileInfo(path).Length,
                Math.Round(contestant.Lineage.Sum(artifact => Seconds(context, artifact)), 1),
                settings.Seed,
                teaching.Count)
            {
                Protocol = contestant.Protocol,
                Checkpoint = FileHash.OfFile(path),
                Figures = measured.Figures(),
            });
            details[contestant.Name] = measured.Details(test.ClassNames);
            context.Progress.Report(rows.Count, contestants.Count);
        }

        var paths = new[] { Json, Csv, Details }.ToDictionary(name => name, name => Path.Combine(folder, name));
        ResultsFile.WriteJson(paths[Json], test.Name, test.Count, rows);
        ResultsFile.WriteCsv(paths[Csv], rows);
        Durable.WriteText(paths[Details], details.ToJsonString() + "\n");
        return new StageResult(
            paths, new JsonObject(rows.Select(row => KeyValuePair.Create(row.Name, (JsonNode?)JsonValue.Create(row.Top1)))));
    }

    private static double Seconds(StageContext context, string artifact) =>
        context.InputMetrics(artifact[..artifact.IndexOf('/', StringComparison.Ordinal)])["seconds"]!.GetValue<double>();
}
