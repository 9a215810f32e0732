using System.Text.Json.Nodes;
using Distill.Datasets;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.Pretrain;

/// <summary>Replaces pretraining: imports an encoder, and its projection head if the file contains one.</summary>
public static class ImportEncoderStage
{
    /// <summary>Increment it when the same options and inputs give different weights.</summary>
    public const int Version = 1;

    /// <summary>Checks the weights and stores them as pretraining would.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="options">Architecture of the encoder and head.</param>
    /// <param name="network">The encoder's block in pipeline.json, for the metadata of the result.</param>
    /// <param name="settings">Seed of the run.</param>
    /// <param name="dataset">Images that determine the number of input channels.</param>
    /// <param name="weights">Artifact of the weights.</param>
    /// <param name="needsHead">Whether fine-tuning starts from a layer of the head.</param>
    /// <exception cref="UserException">
    /// The weights do not fit the network, a file beside them describes another one, or the head is missing.
    /// </exception>
    public static StageResult Run(
        StageContext context,
        PretrainOptions options,
        JsonObject network,
        RunSettings settings,
        IDataset dataset,
        Artifact weights,
        bool needsHead) =>
        ImportedNetwork.Import(
            context,
            network,
            () => ContrastiveNetwork.Create(
                options.Network,
                options.Head,
                dataset.Train().Shape.Channels,
                new Compute(CPU, Bf16: false),
                settings.Random(context.Name)),
            imported =>
            {
                var file = context.Input(weights);
                GivenConfig.Beside(file).CheckNetwork(options.Network, dataset.Train().Shape.Channels);
                if (!ImportedWeights.LoadPretrained(imported, file) && needsHead)
                {
                    throw new UserException(
                        $"{file}: found an encoder without a projection head; "
                        + "set finetune.fromLayer to 0 to start from the encoder itself");
                }
            });
}
