using static TorchSharp.torch;

namespace Distill.Export;

/// <summary>A network as TorchSharp runs it, a module after the other: what forms are compared with.</summary>
internal static class EagerNetwork
{
    /// <summary>images_NCHW → logits_NK, without a graph.</summary>
    public static Tensor Infer(this nn.Module<Tensor, Tensor> network, Tensor images_NCHW)
    {
        using var frozen = no_grad();
        return network.forward(images_NCHW);
    }
}
