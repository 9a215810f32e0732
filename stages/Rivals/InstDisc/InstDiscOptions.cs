using System.Text.Json.Nodes;
using Distill.Imaging.Augmentation;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Pipeline.Options;

namespace Distill.Rivals.InstDisc;

/// <summary>Options of instance discrimination, the block <c>rivals.instdisc</c>.</summary>
/// <param name="Network">The encoder.</param>
/// <param name="Output">Length of a projection; 128 in the paper.</param>
/// <param name="Temperature">τ; 0.1 in the authors' code for CIFAR-10, 0.07 in the paper.</param>
/// <param name="Momentum">Fraction of an image's entry in the bank that an epoch keeps; 0.5 in the authors' code.</param>
/// <param name="Augmentations">
/// Augmentations of the view; crops of 0.2 to 1 without flips, jitter and grayscale in the authors' code for CIFAR-10.
/// </param>
/// <param name="Training">Steps, images per step, and optimizer.</param>
public sealed record InstDiscOptions(
    NetworkOptions Network, int Output, double Temperature, double Momentum, AugmentationOptions Augmentations, TrainingOptions Training)
{
    /// <summary>The projection: one dense layer.</summary>
    public HeadOptions Head => new(1, Output);

    /// <summary>Reads the block.</summary>
    /// <param name="section">The block.</param>
    /// <param name="network">The network of all rivals.</param>
    /// <param name="views">Views that each rival trains on.</param>
    public static InstDiscOptions Read(JsonSection section, NetworkOptions network, int views)
    {
        var training = TrainingOptions.ReadBatch(section, new TrainingOptions(1, 256, OptimizerOptions.Default));
        return new InstDiscOptions(
            network,
            section.Integer("output", 128, 1, 65536, "Length of a projection."),
            section.Number("temperature", 0.1, 0.001, 100, "Temperature of the softmax over all images."),
            section.Number("momentum", 0.5, 0, 1, "Fraction of an image's entry in the bank that is kept when it is seen again."),
            AugmentationOptions.Read(
                section,
                new JsonObject { ["operation"] = "crop", ["area"] = new JsonArray(0.2, 1.0), ["flip"] = 0.0 },
                new JsonObject { ["operation"] = "jitter" },
                new JsonObject { ["operation"] = "grayscale" }),
            training with { Steps = Math.Max(1, views / training.BatchSize) });
    }
}
