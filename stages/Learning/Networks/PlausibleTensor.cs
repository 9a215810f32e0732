using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Learning.Networks;

/// <summary>
/// Decides whether a tensor of a given file can belong to a trained network. A ReLU or a batch norm may hide an impossible value, so the
/// outputs do not tell.
/// </summary>
internal static class PlausibleTensor
{
    /// <summary>Far above every weight that training leaves. Statistics of images in 0 … 255 may be larger.</summary>
    private const double LargestWeight = 1e6;

    private const double LargestStatistic = 1e12;

    /// <summary>Describes what is impossible about a tensor; null if nothing is.</summary>
    /// <param name="key">Its key, whose last part tells what it is.</param>
    /// <param name="tensor">Its values, on the CPU.</param>
    public static string? Fault(string key, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        if (!tensor.is_floating_point())
        {
            return $"found tensor '{key}' of type {tensor.dtype}, expected floating-point weights (F32, F16, BF16 or F64)";
        }

        var values = tensor.to_type(ScalarType.Float64);
        var bad = values.isfinite().logical_not().sum().ReadInt64();
        if (bad > 0)
        {
            return $"found {bad} of the {values.numel()} values of tensor '{key}' to be NaN or infinite, expected finite weights; "
                + "export or download the file again";
        }

        if (values.numel() == 0)
        {
            return $"found no values in tensor '{key}'";
        }

        var (least, most) = (values.min().ReadDouble(), values.max().ReadDouble());
        var limit = key.Contains(".running_", StringComparison.Ordinal) ? LargestStatistic : LargestWeight;
        return key.EndsWith(".running_var", StringComparison.Ordinal) && least < 0
                ? FormattableString.Invariant($"found a variance of {least:g3} in tensor '{key}', expected none below 0")
            : Math.Max(-least, most) > limit
                ? FormattableString.Invariant($"found a value of {(most > limit ? most : least):g3} in tensor '{key}', ")
                    + FormattableString.Invariant($"expected none beyond ±{limit:g1}; the weights have diverged or are damaged")
            : IsConstant(key, tensor, least, most)
                ? FormattableString.Invariant($"found only values of {least:g3} in tensor '{key}', expected trained weights")
            : null;
    }

    /// <summary>Whether a matrix or kernel has only one value, or all variances are 0. A scale or shift may be constant.</summary>
    private static bool IsConstant(string key, Tensor tensor, double least, double most) => tensor.numel() > 1
        ? least == most && (tensor.dim() > 1 || (least == 0 && key.EndsWith(".running_var", StringComparison.Ordinal)))
        : tensor.dim() > 1 && least == 0;
}
