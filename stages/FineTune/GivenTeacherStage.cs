using System.Diagnostics;
using System.Text.Json.Nodes;
using Stages.Imaging.Datasets;
using Stages.Learning.Networks;
using Stages.Learning.Training;
using Stages.Pipeline.Options;
using Stages.Pipeline.Plan;
using Stages.Pipeline.Storage;
using static TorchSharp.torch;

namespace Stages.FineTune;

/// <summary>In place of pretraining and fine-tuning: a classifier from elsewhere, to teach as it is.</summary>
public static class GivenTeacherStage
{
    /// <summary>Raised when the same options and inputs give other weights than before.</summary>
    public const int Version = 1;

    /// <param name="context">Where it runs.</param>
    /// <param name="network">What network the weights are of.</param>
    /// <param name="settings">What all stages share.</param>
    /// <param name="dataset">Whose images and classes it knows.</param>
    /// <param name="given">The artefact with the weights.</param>
    /// <exception cref="UserException">The file holds another network.</exception>
    public static StageResult Run(StageContext context, NetworkOptions network, RunSettings settings, IDataset dataset, string given)
    {
        var clock = Stopwatch.StartNew();
        var train = dataset.Train();
        using var classifier = ResNet.Of(
            network, train.Shape.Channels, train.ClassNames.Count, new Compute(CPU, Bf16: false), settings.Random(context.Name));
        try
        {
            GivenWeights.LoadClassifier(classifier, context.Input(given));
        }
        catch (InvalidDataException other)
        {
            throw new UserException(other.Message);
        }

        var path = Path.Combine(context.Folder, FineTuneStage.Output);
        Durable.WriteFile(path, stream => Weights.Save(classifier, stream));
        return new StageResult(
            new Dictionary<string, string> { [FineTuneStage.Output] = path }, new JsonObject { ["seconds"] = Math.Round(clock.Elapsed.TotalSeconds, 1) });
    }
}
