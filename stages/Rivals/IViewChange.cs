using Distill.Learning.Randomness;
using static TorchSharp.torch;

// N views, C channels, H height, W width
namespace Distill.Rivals;

/// <summary>Makes a further view of an unlabeled image from its first view.</summary>
internal interface IViewChange
{
    /// <summary>Returns the changed views, [N, C, H, W].</summary>
    /// <param name="network">The network in training mode. Weights, buffers and gradients are the same afterwards.</param>
    /// <param name="views_NCHW">Floats in [0, 1], on the device.</param>
    /// <param name="keys">A key for each view.</param>
    Tensor Change(nn.Module<Tensor, Tensor> network, Tensor views_NCHW, IReadOnlyList<RandomKey> keys);
}
