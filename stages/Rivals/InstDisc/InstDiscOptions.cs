using System.Text.Json.Nodes;
using Distill.Imaging.Augmentation;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Pipeline.Options;
using Distill.Rivals.Memory;
using static TorchSharp.torch;

namespace Distill.Rivals.InstDisc;

/// <summary>
/// Instance discrimination (Wu et al. 2018, arXiv:1805.01978): every image is a class of its own. The block <c>rivals.instdisc</c>.
/// </summary>
/// <param name="Network">The encoder.</param>
/// <param name="Memory">The bank; temperature 0.1 in the authors' code for CIFAR-10, 0.07 in the paper.</param>
/// <param name="Augmentations">
/// Augmentations of the view; crops of 0.2 to 1 without flips, jitter and grayscale in the authors' code for CIFAR-10.
/// </param>
/// <param name="Training">Steps, images per step, and optimizer.</param>
public sealed record InstDiscOptions(
    NetworkOptions Network, MemoryOptions Memory, AugmentationOptions Augmentations, TrainingOptions Training)
    : MemoryRival("instdisc", Network, Memory, Augmentations, Training)
{
    /// <inheritdoc/>
    public override string Description => "instance discrimination without labels, then fine-tuned entirely from the encoder";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override int RowsPerStep => Training.BatchSize;

    /// <summary>Reads the block.</summary>
    /// <param name="section">The block.</param>
    /// <param name="network">The network of all rivals.</param>
    /// <param name="views">Views that each rival trains on.</param>
    internal static InstDiscOptions Read(JsonSection section, NetworkOptions network, int views)
    {
        var training = TrainingOptions.ReadBatch(section, new TrainingOptions(1, 256, OptimizerOptions.Default));
        return new InstDiscOptions(
            network,
            MemoryOptions.Read(section, temperature: 0.1),
            AugmentationOptions.Read(
                section,
                new JsonObject { ["operation"] = "crop", ["area"] = new JsonArray(0.2, 1.0), ["flip"] = 0.0 },
                new JsonObject { ["operation"] = "jitter" },
                new JsonObject { ["operation"] = "grayscale" }),
            training with { Steps = Math.Max(1, views / training.BatchSize) });
    }

    /// <inheritdoc/>
    public override nn.Module<Tensor, Tensor> Create(int channels, Generator? generator) =>
        new ContrastiveNetwork(Network, Head, channels, generator);
}
