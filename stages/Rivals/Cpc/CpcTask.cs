using Distill.Rivals.Training;
using static TorchSharp.torch;

namespace Distill.Rivals.Cpc;

/// <summary>Trains an encoder to predict patches of an image from those in a direction of them.</summary>
/// <param name="network">The network to train, on its device; owned by the caller.</param>
/// <param name="createReplica">Creates another network of the same architecture on the same device.</param>
/// <param name="views">The images of each step, one view of each; owned by this object.</param>
/// <param name="apart">Rows from a place to the patch that it predicts.</param>
internal sealed class CpcTask(nn.Module<Tensor, Tensor> network, Func<nn.Module<Tensor, Tensor>> createReplica, ImageViews views, int apart)
    : EncoderTask(network, createReplica, views)
{
    public override Tensor Loss(long step, Tensor outputs) => CpcLoss.Of(outputs, apart);

    /// <summary>The loss of guessing among the patches of all images.</summary>
    public override double? ChanceLoss(long step) => Math.Log(CpcLoss.Candidates(ItemsPerStep));
}
