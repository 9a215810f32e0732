using Distill.Learning.Losses;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Benchmarks.Device;

/// <summary>Contrastive pretraining on views that lie on the device ready: no loader, no augmentation.</summary>
internal sealed class FixedViewsTask(ContrastiveNetwork network, Tensor views_MCHW) : TrainingTask
{
    private const double Temperature = 0.2;

    public override nn.Module<Tensor, Tensor> Network => network;

    /// <summary>Views, as both programs count them.</summary>
    public override int ItemsPerStep => (int)views_MCHW.shape[0];

    public override nn.Module<Tensor, Tensor> NewReplica() => throw new InvalidOperationException("a batch of one group needs no replica");

    public override double EpochOf(long step) => step;

    // An alias, as a step disposes of what it was given.
    public override Tensor Inputs(long step) => views_MCHW.alias();

    public override Tensor Loss(long step, Tensor outputs) => ContrastiveLoss.NtXent(outputs, Temperature);
}
