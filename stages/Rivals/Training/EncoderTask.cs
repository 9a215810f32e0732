using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Rivals.Training;

/// <summary>Trains an encoder on views of images, without labels.</summary>
/// <param name="network">The network to train, on its device; owned by the caller.</param>
/// <param name="createReplica">Creates another network of the same architecture on the same device.</param>
/// <param name="views">The images of each step and their views; owned by this object.</param>
internal abstract class EncoderTask(nn.Module<Tensor, Tensor> network, Func<nn.Module<Tensor, Tensor>> createReplica, ImageViews views)
    : TrainingTask, IDisposable
{
    public override nn.Module<Tensor, Tensor> Network => network;

    public override int ItemsPerStep => views.ImagesPerStep;

    /// <summary>The images of each step and their views.</summary>
    protected ImageViews Views => views;

    public override nn.Module<Tensor, Tensor> NewReplica() => createReplica();

    public override double EpochOf(long step) => views.EpochsAfter(step);

    public override StepInputs Inputs(long step, BatchShare share) => views.At(step, share);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what this object owns.</summary>
    protected virtual void Dispose(bool disposing) => views.Dispose();
}
