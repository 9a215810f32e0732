using System.Text.Json;
using System.Text.Json.Nodes;
using Distill.Datasets;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;

namespace Distill.FineTune;

/// <summary>Replaces pretraining and fine-tuning: imports a classifier as the teacher, without training it.</summary>
public static class ImportTeacherStage
{
    /// <summary>Increment it when the same options and inputs give different weights.</summary>
    public const int Version = 1;

    /// <summary>Checks the weights and stores them as fine-tuning would.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="teacher">Architecture of the classifier.</param>
    /// <param name="network">The encoder's block in pipeline.json, for the metadata of the result.</param>
    /// <param name="settings">Seed of the run.</param>
    /// <param name="dataset">The dataset whose channels and classes the teacher must have.</param>
    /// <param name="weights">Artifact of the weights.</param>
    /// <exception cref="UserException">The weights do not fit the network, or a config.json beside them lists other classes.</exception>
    public static StageResult Run(
        StageContext context, ClassifierSource teacher, JsonObject network, RunSettings settings, IDataset dataset, Artifact weights) =>
        ImportedNetwork.Import(
            context,
            network,
            () =>
            {
                var train = dataset.Train();
                CheckClasses(context.Input(weights), train.ClassNames);
                using var generator = settings.Random(context.Name).Generator();
                return (FineTunedNetwork)teacher.Build(train.Shape.Channels, train.ClassNames.Count, generator);
            },
            imported => ImportedWeights.LoadClassifier(imported, context.Input(weights)));

    /// <summary>Checks the class names, which only the config.json beside a published model's weights contains.</summary>
    private static void CheckClasses(string weights, IReadOnlyList<string> classes)
    {
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(weights))!, "config.json");
        if (LabelNames(path) is { } names && !names.SequenceEqual(classes))
        {
            throw new UserException(
                $"{path}: found label_names {string.Join(", ", names)}, "
                + $"expected the dataset's classes in the same order: {string.Join(", ", classes)}");
        }
    }

    private static string[]? LabelNames(string path)
    {
        try
        {
            return File.Exists(path) && JsonNode.Parse(File.ReadAllText(path)) is JsonObject json && json["label_names"] is JsonArray names
                ? [.. names.Select(name => name?.ToString() ?? "")]
                : null;
        }
        catch (Exception malformed) when (malformed is JsonException or ArgumentException)
        {
            return null;
        }
    }
}
