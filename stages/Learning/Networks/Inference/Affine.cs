using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

// D outputs of the layer
namespace Distill.Learning.Networks.Inference;

/// <summary>
/// Folds a batch norm into the layer before it, which has no bias. In inference mode, a batch norm is y = scale · x + shift per channel,
/// with scale = γ / √(σ² + ε) and shift = β − μ · scale. The scale goes into the layer's weight, and the shift becomes its bias.
/// </summary>
internal static class Affine
{
    /// <summary>Returns the weight and bias of the folded layer, in fp64, so that they are rounded only once.</summary>
    /// <param name="weight">The layer's weight: [D, …].</param>
    /// <param name="norm">The batch norm of D features after the layer.</param>
    public static (Tensor Weight, Tensor Bias_D) Fold(Tensor weight, BatchNormalization norm)
    {
        var scale_D = Exact(norm.weight!).div(Exact(norm.running_var!).Plus(norm.eps).sqrt());
        var bias_D = Exact(norm.bias!).Plus(Exact(norm.running_mean!).mul(scale_D), -1);
        long[] column = [-1, .. Enumerable.Repeat(1L, (int)weight.dim() - 1)];
        return (Exact(weight).mul(scale_D.view(column)), bias_D);
    }

    public static Tensor Exact(Tensor x) => x.detach().to_type(ScalarType.Float64);
}
