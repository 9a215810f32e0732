// N images, C channels, H height, W width, K classes
using static TorchSharp.torch;

namespace Distill.Export;

/// <summary>Runs a network in TorchSharp, one module after another: the reference for all exported models.</summary>
internal static class EagerNetwork
{
    /// <summary>Computes logits_NK without gradients.</summary>
    public static Tensor Infer(this nn.Module<Tensor, Tensor> network, Tensor images_NCHW)
    {
        using var frozen = no_grad();
        return network.forward(images_NCHW);
    }
}
