using Distill.Datasets;
using Distill.Imaging.Augmentation;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pretrain;
using static TorchSharp.torch;

namespace Distill.Rivals.SimClr;

/// <summary>
/// SimCLR (Chen et al. 2020, arXiv:2002.05709): the contrastive pretraining of SimCLRv2 with a small network and a head of two layers,
/// which fine-tuning leaves out. The block <c>rivals.simclr</c>.
/// </summary>
/// <param name="Contrastive">Network, head, augmentations, temperature and training.</param>
public sealed record SimClrOptions(PretrainOptions Contrastive) : EncoderRival("simclr", Contrastive.Network, Contrastive.Training)
{
    private const int Views = 2;
    private const int Layers = 2;

    /// <inheritdoc/>
    public override string Description => "SimCLR without labels, with this network, then fine-tuned entirely from the encoder";

    /// <inheritdoc/>
    public override int Version => PretrainStage.VersionOf(Contrastive);

    /// <inheritdoc/>
    public override HeadOptions Head => Contrastive.Head;

    /// <inheritdoc/>
    public override int ContrastedLength => Contrastive.Head.LengthOn(Network);

    /// <inheritdoc/>
    public override int RowsPerStep => Views * Training.BatchSize;

    /// <summary>Reads the block.</summary>
    /// <param name="section">The block.</param>
    /// <param name="network">The network of all rivals.</param>
    /// <param name="views">Views that each rival trains on.</param>
    internal static SimClrOptions Read(JsonSection section, NetworkOptions network, int views)
    {
        var training = TrainingOptions.ReadBatch(section, new TrainingOptions(1, 256, OptimizerOptions.Default));
        return new SimClrOptions(new PretrainOptions(
            network,
            new HeadOptions(Layers, section.Integer("output", 128, 2, 8192, "Size of the projection.")),
            AugmentationOptions.Read(section, "crop", "jitter", "grayscale", "blur"),
            LowResolution.None,
            section.Number("temperature", 0.2, 0.001, 100, "Temperature τ of NT-Xent."),
            QueueOptions.None,
            training with { Steps = Math.Max(1, views / (Views * training.BatchSize)) }));
    }

    /// <inheritdoc/>
    public override nn.Module<Tensor, Tensor> Create(int channels, Generator? generator) =>
        new ContrastiveNetwork(Network, Head, channels, generator);

    /// <inheritdoc/>
    public override StageResult Run(StageContext context, RunSettings settings, IDataset dataset) =>
        // A rehearsal reduces network and training of the base.
        PretrainStage.Run(context, Contrastive with { Network = Network, Training = Training }, settings, dataset);
}
