using System.Text.Json.Nodes;
using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Pipeline.Options;
using Distill.Rivals.Training;
using static TorchSharp.torch;

namespace Distill.Rivals.Cpc;

/// <summary>
/// CPC v2 (Hénaff et al. 2020, arXiv:1905.09272): patches of an image predict those farther on, among the patches of all images. The block
/// <c>rivals.cpc</c>.
/// </summary>
/// <param name="Network">The encoder, which sees patches.</param>
/// <param name="TargetLength">Length of the target and the prediction of a patch; 64 in the paper.</param>
/// <param name="Augmentations">Augmentations of an image, whose patches are then cut.</param>
/// <param name="Training">Steps, images per step, and optimizer.</param>
public sealed record CpcOptions(NetworkOptions Network, int TargetLength, AugmentationOptions Augmentations, TrainingOptions Training)
    : ViewRival("cpc", Network, Augmentations, Training)
{
    // The patches of an image overlap, and together have three times its pixels.
    private const int ViewsPerImage = 3;

    /// <inheritdoc/>
    public override string Description => "CPC v2 without labels, by predicted patches, then fine-tuned entirely from the encoder";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override HeadOptions Head => new(1, TargetLength);

    /// <inheritdoc/>
    public override int RowsPerStep => Training.BatchSize;

    /// <summary>Reads the block.</summary>
    /// <param name="section">The block.</param>
    /// <param name="network">The network of all rivals.</param>
    /// <param name="views">Views that each rival trains on.</param>
    internal static CpcOptions Read(JsonSection section, NetworkOptions network, int views)
    {
        var training = TrainingOptions.ReadBatch(section, new TrainingOptions(1, 64, OptimizerOptions.Default));
        return new CpcOptions(
            network,
            section.Integer("output", 64, 1, 65536, "Length of the target and the prediction of a patch."),
            AugmentationOptions.Read(
                section,
                new JsonObject { ["operation"] = "crop", ["area"] = new JsonArray(0.5, 1.0) },
                new JsonObject { ["operation"] = "jitter" }),
            training with { Steps = Math.Max(1, views / (ViewsPerImage * training.BatchSize)) });
    }

    /// <inheritdoc/>
    public override nn.Module<Tensor, Tensor> Create(int channels, Generator? generator) =>
        new CpcNetwork(Network, TargetLength, channels, generator);

    /// <summary>The scores of all pairs of a prediction and a candidate, and their softmax.</summary>
    public override MethodMemory MemoryBeside(ImageShape shape, long images) =>
        new(0, 0, 2 * CpcLoss.Pairs(Training.BatchSize, Apart(shape)) * sizeof(float));

    private static int Apart(ImageShape shape) => Math.Max(PatchGrid.Of(shape.Height).Apart, PatchGrid.Of(shape.Width).Apart);

    /// <inheritdoc/>
    private protected override EncoderTask CreateTask(EncoderSetup setup) =>
        new CpcTask(setup.Network, setup.CreateReplica, setup.Views, Apart(setup.Images.Images.Shape));
}
