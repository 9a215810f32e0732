using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Learning.Diagnostics;

/// <summary>How far a result is from its reference.</summary>
internal static class Difference
{
    /// <summary>‖x − reference‖ / ‖reference‖, in fp64 on the CPU.</summary>
    public static double Of(Tensor x, Tensor reference)
    {
        using var scope = NewDisposeScope();
        var (found, expected) = (Exact(x), Exact(reference));
        return found.Plus(expected, -1).norm().ReadDouble() / expected.norm().ReadDouble();
    }

    /// <summary>1 − cos of the angle between two vectors.</summary>
    public static double OfDirection(Tensor x, Tensor reference)
    {
        using var scope = NewDisposeScope();
        var (found, expected) = (Exact(x), Exact(reference));
        return 1 - found.mul(expected).sum().ReadDouble() / (found.norm().ReadDouble() * expected.norm().ReadDouble());
    }

    /// <summary>The larger; NaN where either is NaN.</summary>
    public static double Worst(params ReadOnlySpan<double> errors)
    {
        var worst = 0.0;
        foreach (var error in errors)
        {
            worst = Math.Max(worst, error);
        }

        return worst;
    }

    public static Tensor Exact(Tensor x) => x.detach().cpu().to_type(ScalarType.Float64);
}
