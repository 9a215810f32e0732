using System.Text.Json;
using System.Text.Json.Nodes;
using Distill.Datasets;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;

namespace Distill.FineTune;

/// <summary>In place of pretraining and fine-tuning: a classifier from elsewhere, to teach as it is.</summary>
public static class ImportTeacherStage
{
    /// <summary>Raised when the same options and inputs give other weights than before.</summary>
    public const int Version = 1;

    /// <param name="context">Where it runs.</param>
    /// <param name="teacher">What network the weights are of.</param>
    /// <param name="network">The same as JSON.</param>
    /// <param name="settings">What all stages share.</param>
    /// <param name="dataset">Whose images and classes it knows.</param>
    /// <param name="given">The artifact with the weights.</param>
    /// <exception cref="UserException">The file holds another network, or says that its classes are others.</exception>
    public static StageResult Run(
        StageContext context, ClassifierSource teacher, JsonObject network, RunSettings settings, IDataset dataset, string given) =>
        ImportedNetwork.Leave(
            context,
            network,
            () =>
            {
                var train = dataset.Train();
                CheckClasses(context.Input(given), train.ClassNames);
                using var generator = settings.Random(context.Name).Generator();
                return (FineTunedNetwork)teacher.Build(train.Shape.Channels, train.ClassNames.Count, generator);
            },
            made => ImportedWeights.LoadClassifier(made, context.Input(given)));

    /// <summary>Weights do not say which class is which; a published model's config.json beside them does.</summary>
    private static void CheckClasses(string weights, IReadOnlyList<string> classes)
    {
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(weights))!, "config.json");
        if (LabelNames(path) is { } names && !names.SequenceEqual(classes))
        {
            throw new UserException($"{path}: found label_names {string.Join(", ", names)}, expected the dataset's classes in the same order: {string.Join(", ", classes)}");
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
        catch (Exception strange) when (strange is JsonException or ArgumentException)
        {
            return null;
        }
    }
}
