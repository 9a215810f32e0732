using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Learning.Diagnostics;

/// <summary>Measures the difference between a result and its reference.</summary>
internal static class Difference
{
    /// <summary>Returns ‖x − reference‖ / ‖reference‖, computed in fp64 on the CPU.</summary>
    public static double Relative(Tensor x, Tensor reference)
    {
        using var scope = NewDisposeScope();
        var (found, expected) = (Exact(x), Exact(reference));
        return found.Plus(expected, -1).norm().ReadDouble() / expected.norm().ReadDouble();
    }

    /// <summary>Returns 1 − the cosine of the angle between two vectors.</summary>
    public static double Direction(Tensor x, Tensor reference)
    {
        using var scope = NewDisposeScope();
        var (found, expected) = (Exact(x), Exact(reference));
        return 1 - found.mul(expected).sum().ReadDouble() / (found.norm().ReadDouble() * expected.norm().ReadDouble());
    }

    /// <summary>Returns the largest error; NaN if any is NaN.</summary>
    public static double Worst(params ReadOnlySpan<double> errors)
    {
        var worst = 0.0;
        foreach (var error in errors)
        {
            worst = Math.Max(worst, error);
        }

        return worst;
    }

    /// <summary>The tensor in fp64 on the CPU.</summary>
    public static Tensor Exact(Tensor x) => x.detach().cpu().to_type(ScalarType.Float64);
}
