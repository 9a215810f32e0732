using Distill.Rivals.Training;
using static TorchSharp.torch;

// B images of a step, V views of each, P outputs of the projection
namespace Distill.Rivals.Memory;

/// <summary>Trains an encoder to find the image of each view in a bank. The first view of an image becomes its entry.</summary>
/// <param name="network">The network to train, on its device; owned by the caller.</param>
/// <param name="createReplica">Creates another network of the same architecture on the same device.</param>
/// <param name="views">The images of each step and their views; owned by this object.</param>
/// <param name="bank">The bank; owned by this object.</param>
internal sealed class MemoryTask(
    nn.Module<Tensor, Tensor> network, Func<nn.Module<Tensor, Tensor>> createReplica, ImageViews views, MemoryBank bank)
    : EncoderTask(network, createReplica, views)
{
    private Tensor? _projections_BP;

    public override IReadOnlyDictionary<string, Tensor> ExtraState => new Dictionary<string, Tensor> { ["bank"] = bank.Entries_NP };

    /// <summary>The mean over the views of an image of the cross entropy of finding it.</summary>
    public override Tensor Loss(long step, Tensor outputs)
    {
        using var scope = NewDisposeScope();
        var images_B = Views.ImagesOf(step);
        Tensor[] projections_BP = [.. Views.Split(nn.functional.normalize(outputs, dim: 1))];
        _projections_BP?.Dispose();
        _projections_BP = projections_BP[0].detach().DetachFromDisposeScope();
        var losses = stack([.. projections_BP.Select(view => bank.Loss(view, images_B))]);
        return losses.mean().MoveToOuterDisposeScope();
    }

    /// <summary>The loss of guessing among all images.</summary>
    public override double? ChanceLoss(long step) => Math.Log(bank.Entries_NP.shape[0]);

    public override void AfterStep(long step)
    {
        using var images_B = Views.ImagesOf(step);
        bank.Remember(_projections_BP!, images_B);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        bank.Dispose();
        _projections_BP?.Dispose();
    }
}
