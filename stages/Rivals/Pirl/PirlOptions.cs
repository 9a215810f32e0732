using System.Text.Json.Nodes;
using Distill.Imaging.Augmentation;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Pipeline.Options;
using Distill.Rivals.Memory;
using static TorchSharp.torch;

namespace Distill.Rivals.Pirl;

/// <summary>
/// PIRL (Misra and van der Maaten 2020, arXiv:1912.01991): the projection of an image, and that of its shuffled patches, must both find the
/// image in a bank (equation 5 with λ = 0.5). The block <c>rivals.pirl</c>.
/// </summary>
/// <param name="Network">The encoder, which sees whole images and patches.</param>
/// <param name="Memory">The bank; temperature 0.07 in the paper.</param>
/// <param name="Augmentations">Augmentations of the image, and of the image whose patches are shuffled.</param>
/// <param name="Training">Steps, images per step, and optimizer.</param>
public sealed record PirlOptions(
    NetworkOptions Network, MemoryOptions Memory, AugmentationOptions Augmentations, TrainingOptions Training)
    : MemoryRival("pirl", Network, Memory, Augmentations, Training)
{
    private const int Views = 2;

    /// <inheritdoc/>
    public override string Description => "PIRL without labels, by shuffled patches, then fine-tuned entirely from the encoder";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <summary>An image and its patches, which together have its pixels, count as two.</summary>
    public override int RowsPerStep => Views * Training.BatchSize;

    /// <summary>Reads the block.</summary>
    /// <param name="section">The block.</param>
    /// <param name="network">The network of all rivals.</param>
    /// <param name="views">Views that each rival trains on.</param>
    internal static PirlOptions Read(JsonSection section, NetworkOptions network, int views)
    {
        var training = TrainingOptions.ReadBatch(section, new TrainingOptions(1, 256, OptimizerOptions.Default));
        return new PirlOptions(
            network,
            MemoryOptions.Read(section, temperature: 0.07),
            AugmentationOptions.Read(
                section,
                new JsonObject { ["operation"] = "crop", ["area"] = new JsonArray(0.6, 1.0) },
                new JsonObject { ["operation"] = "jitter" }),
            training with { Steps = Math.Max(1, views / (Views * training.BatchSize)) });
    }

    /// <inheritdoc/>
    public override nn.Module<Tensor, Tensor> Create(int channels, Generator? generator) =>
        new PirlNetwork(Network, Memory.Output, channels, generator);

    /// <summary>The view as it is, and one whose patches are shuffled.</summary>
    private protected override Func<StepInputs, long, StepInputs>?[] ViewChanges(RandomKey random)
    {
        var shuffles = random.Fold("shuffles");
        return [null, (rows, step) => new JigsawInputs(rows, shuffles.Fold(step))];
    }
}
