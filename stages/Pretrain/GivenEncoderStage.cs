using System.Diagnostics;
using System.Text.Json.Nodes;
using Stages.Imaging.Datasets;
using Stages.Learning.Networks;
using Stages.Learning.Training;
using Stages.Pipeline.Options;
using Stages.Pipeline.Plan;
using Stages.Pipeline.Storage;
using static TorchSharp.torch;

namespace Stages.Pretrain;

/// <summary>In place of pretraining: an encoder from elsewhere, and its projection head where it comes with one.</summary>
public static class GivenEncoderStage
{
    /// <summary>Raised when the same options and inputs give other weights than before.</summary>
    public const int Version = 1;

    /// <param name="context">Where it runs.</param>
    /// <param name="options">What network the weights are of.</param>
    /// <param name="settings">What all stages share.</param>
    /// <param name="dataset">Whose images it will see.</param>
    /// <param name="given">The artefact with the weights.</param>
    /// <param name="needsHead">Whether fine-tuning starts from a layer of the head.</param>
    /// <exception cref="UserException">The file holds another network, or lacks the head.</exception>
    public static StageResult Run(
        StageContext context, PretrainOptions options, RunSettings settings, IDataset dataset, string given, bool needsHead)
    {
        var clock = Stopwatch.StartNew();
        using var network = ContrastiveNetwork.Of(
            options.Network, options.Head, dataset.Train().Shape.Channels, new Compute(CPU, Bf16: false), settings.Random(context.Name));
        var file = context.Input(given);
        bool hasHead;
        try
        {
            hasHead = GivenWeights.LoadPretrained(network, file);
        }
        catch (InvalidDataException other)
        {
            throw new UserException(other.Message);
        }

        if (needsHead && !hasHead)
        {
            throw new UserException($"{file}: holds an encoder without a projection head; set finetune.fromLayer to 0, which starts from the encoder itself");
        }

        var path = Path.Combine(context.Folder, PretrainStage.Output);
        Durable.WriteFile(path, stream => Weights.Save(network, stream));
        return new StageResult(
            new Dictionary<string, string> { [PretrainStage.Output] = path },
            new JsonObject { ["head"] = hasHead, ["seconds"] = Math.Round(clock.Elapsed.TotalSeconds, 1) });
    }
}
