using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Imaging.Neighbors;
using Distill.Imaging.Splits;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.Evaluate;

/// <summary>
/// Measures every classifier of the run on the test split, after all training, so that no test image can influence a choice.
/// </summary>
public static class EvaluateStage
{
    /// <summary>Increment it when the same options and inputs give different tables.</summary>
    public const int Version = 5;

    /// <summary>File name of the table for programs.</summary>
    public const string Json = "results.json";

    /// <summary>File name of the table for spreadsheets.</summary>
    public const string Csv = "results.csv";

    /// <summary>File name of the confusion matrix and reliability diagram of each classifier.</summary>
    public const string Details = "results-details.json";

    /// <summary>Measures the candidates and writes the tables.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="candidates">The classifiers, in the order of the table.</param>
    /// <param name="settings">Device, threads and seed of the run.</param>
    /// <param name="dataset">The dataset whose test split is used.</param>
    /// <param name="labels">Which training images are labeled.</param>
    /// <param name="folder">The folder of the tables.</param>
    public static StageResult Run(
        StageContext context,
        IReadOnlyList<Candidate> candidates,
        RunSettings settings,
        IDataset dataset,
        LabelSplitOptions labels,
        string folder)
    {
        var (train, test) = (dataset.Train(), dataset.Test());
        var labeled = LabelSplit.Draw(train, labels).Indices;
        int[] all = [.. Enumerable.Range(0, train.Count).Where(image => train.Labels[image] != ImageSet.Unlabeled)];
        using var evaluator = new Evaluator(test, train, settings, context.Cancellation);
        var rows = new List<ResultRow>();
        var details = new JsonObject();
        foreach (var candidate in candidates)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var path = context.Input(candidate.Source.Artifact);
            var labelsUsed = candidate.Labels switch
            {
                LabelUsage.All => all,
                LabelUsage.None => [],
                _ => labeled,
            };
            using var network = candidate.Source.Load(path, test.Shape.Channels, test.ClassNames.Count, settings.Compute.InFp32);
            var voters = candidate.Voters is { } spread
                ? Voters.Of(SpreadLabels.Read(context.Input(spread), train.Count))
                : Voters.Of(train, labelsUsed);
            var measured = Measurement.FromLogits(evaluator.Logits(candidate, network, voters), evaluator.Labels(), settings.Seed);
            rows.Add(new ResultRow(
                candidate.Name,
                Math.Round(measured.Report.Top1, 2),
                network.ParameterCount(),
                new FileInfo(path).Length,
                Math.Round(candidate.Lineage.Sum(artifact => Seconds(context, artifact)), 1),
                settings.Seed,
                labelsUsed.Count)
            {
                Protocol = candidate.Protocol,
                Checkpoint = FileHash.OfFile(path),
                Figures = measured.Figures(),
            });
            details[candidate.Name] = measured.Details(test.ClassNames);
            context.Progress.Report(rows.Count, candidates.Count);
        }

        var paths = new[] { Json, Csv, Details }.ToDictionary(name => name, name => Path.Combine(folder, name));
        ResultsFile.WriteJson(paths[Json], test.Name, test.Count, rows);
        ResultsFile.WriteCsv(paths[Csv], rows);
        Durable.WriteText(paths[Details], details.ToJsonString() + "\n");
        return new StageResult(
            paths, new JsonObject(rows.Select(row => KeyValuePair.Create(row.Name, (JsonNode?)JsonValue.Create(row.Top1)))));
    }

    private static double Seconds(StageContext context, Artifact artifact) =>
        context.InputMetrics(artifact.Stage)["seconds"]!.GetValue<double>();
}
