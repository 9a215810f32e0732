using Distill.Learning.Losses;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Benchmarks.Device;

// M views, C channels, H height, W width

/// <summary>Contrastive pretraining on prepared views in the device's memory, without loader and augmentation.</summary>
internal sealed class FixedViewsTask(ContrastiveNetwork network, Tensor views_MCHW) : TrainingTask
{
    private const double Temperature = 0.2;

    public override nn.Module<Tensor, Tensor> Network => network;

    /// <summary>Number of views, because both programs count views.</summary>
    public override int ItemsPerStep => (int)views_MCHW.shape[0];

    public override nn.Module<Tensor, Tensor> NewReplica() => throw new InvalidOperationException("a batch of one group needs no replica");

    public override double EpochOf(long step) => step;

    // An alias, because a step disposes of its inputs.
    public override StepInputs Inputs(long step, BatchShare share) => StepInputs.Of(views_MCHW.alias(), share);

    public override Tensor Loss(long step, Tensor outputs) => ContrastiveLoss.NtXent(outputs, Temperature);
}
