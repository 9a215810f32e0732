using System.Text.Json.Nodes;
using Distill.Datasets;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.Pretrain;

/// <summary>In place of pretraining: an encoder from elsewhere, and its projection head where it comes with one.</summary>
public static class ImportEncoderStage
{
    /// <summary>Raised when the same options and inputs give other weights than before.</summary>
    public const int Version = 1;

    /// <param name="context">Where it runs.</param>
    /// <param name="options">What network the weights are of.</param>
    /// <param name="network">The same as JSON.</param>
    /// <param name="settings">What all stages share.</param>
    /// <param name="dataset">Whose images it will see.</param>
    /// <param name="given">The artifact with the weights.</param>
    /// <param name="needsHead">Whether fine-tuning starts from a layer of the head.</param>
    /// <exception cref="UserException">The file holds another network, or lacks the head.</exception>
    public static StageResult Run(
        StageContext context, PretrainOptions options, JsonObject network, RunSettings settings, IDataset dataset, string given, bool needsHead) =>
        ImportedNetwork.Leave(
            context,
            network,
            () => ContrastiveNetwork.Of(
                options.Network, options.Head, dataset.Train().Shape.Channels, new Compute(CPU, Bf16: false), settings.Random(context.Name)),
            made =>
            {
                var file = context.Input(given);
                if (!ImportedWeights.LoadPretrained(made, file) && needsHead)
                {
                    throw new UserException($"{file}: found an encoder without a projection head; set finetune.fromLayer to 0 to start from the encoder itself");
                }
            });
}
