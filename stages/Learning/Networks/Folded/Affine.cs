using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Learning.Networks.Folded;

/// <summary>
/// A batch norm in inference mode is y = scale · x + shift, a channel at a time: scale = γ / √(σ² + ε), shift = β − μ · scale. Behind a layer
/// without a bias, the scale goes into the layer's weight and the shift is its bias. In fp64, rounded once.
/// </summary>
internal static class Affine
{
    /// <summary>The layer's weight and bias with the batch norm in them, in fp64.</summary>
    /// <param name="weight">[D, …].</param>
    /// <param name="norm">Of D features.</param>
    public static (Tensor Weight, Tensor Bias_D) Fold(Tensor weight, BatchNormalization norm)
    {
        var scale_D = Exact(norm.weight!).div(Exact(norm.running_var!).Plus(norm.eps).sqrt());
        var bias_D = Exact(norm.bias!).Plus(Exact(norm.running_mean!).mul(scale_D), -1);
        long[] column = [-1, .. Enumerable.Repeat(1L, (int)weight.dim() - 1)];
        return (Exact(weight).mul(scale_D.view(column)), bias_D);
    }

    public static Tensor Exact(Tensor x) => x.detach().to_type(ScalarType.Float64);
}
