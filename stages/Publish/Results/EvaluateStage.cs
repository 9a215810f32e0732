using System.Text.Json.Nodes;
using Stages.Imaging.Datasets;
using Stages.Imaging.Evaluation;
using Stages.Imaging.Loading;
using Stages.Imaging.Splits;
using Stages.Learning.Training;
using Stages.Pipeline.Plan;
using Stages.Pipeline.Progress;

namespace Stages.Publish.Results;

/// <summary>
/// Measures every classifier of the run on the test split: the only stage that opens it, after all training is over, so that
/// no test image can have chosen anything.
/// </summary>
public static class EvaluateStage
{
    /// <summary>Raised when the same options and inputs give another table than before.</summary>
    public const int Version = 1;

    /// <summary>The table for programs.</summary>
    public const string Json = "results.json";

    /// <summary>The table for spreadsheets.</summary>
    public const string Csv = "results.csv";

    /// <param name="context">Where it runs.</param>
    /// <param name="contestants">Rows of the table, in order.</param>
    /// <param name="settings">What all stages share.</param>
    /// <param name="dataset">Whose test split judges.</param>
    /// <param name="labels">How many labels the run used.</param>
    /// <param name="folder">Where the tables go.</param>
    public static StageResult Run(
        StageContext context,
        IReadOnlyList<Contestant> contestants,
        RunSettings settings,
        IDataset dataset,
        LabelOptions labels,
        string folder)
    {
        var labelled = LabelSplit.Draw(dataset.Train(), labels).Indices.Count;
        var test = dataset.Test();
        using var bank = ImageBank.Open(test, settings.Compute.Device, settings.LoaderThreads);
        var rows = new List<ResultRow>();
        foreach (var contestant in contestants)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var path = context.Input(contestant.Source.Artefact);
            using var network = contestant.Source.Load(path, test.Shape.Channels, test.ClassNames.Count, settings.Compute.Exact);
            rows.Add(new ResultRow(
                contestant.Name,
                Math.Round(Accuracy.Top1(network, bank, settings.Compute.Exact), 2),
                network.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel()),
                new FileInfo(path).Length,
                Math.Round(contestant.Road.Sum(artefact => Seconds(context, artefact)), 1),
                settings.Seed,
                labelled));
            context.Progress.Report(new TrainingProgress(rows.Count, contestants.Count, null, null, null, null, null));
        }

        var (json, csv) = (Path.Combine(folder, Json), Path.Combine(folder, Csv));
        ResultsFile.WriteJson(json, test.Name, test.Count, rows);
        ResultsFile.WriteCsv(csv, rows);
        return new StageResult(
            new Dictionary<string, string> { [Json] = json, [Csv] = csv },
            new JsonObject(rows.Select(row => KeyValuePair.Create(row.Name, (JsonNode?)JsonValue.Create(row.Top1)))));
    }

    private static double Seconds(StageContext context, string artefact) =>
        context.InputMetrics(artefact[..artefact.IndexOf('/', StringComparison.Ordinal)])["seconds"]!.GetValue<double>();
}
