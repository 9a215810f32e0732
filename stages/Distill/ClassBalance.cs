// N views, K classes
using Distill.Imaging.SoftTargets;
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Distill;

/// <summary>
/// Distribution alignment of soft targets. A teacher that was trained with few labels prefers some classes. If all classes are known to be
/// equally frequent, one constant per class removes this preference. The idea is from Saerens et al. 2002 and, for semi-supervised
/// learning, from ReMixMatch (arXiv:1911.09785, section 3.1). SimCLRv2 does not use it.
/// </summary>
internal static class ClassBalance
{
    private const int MaximumRounds = 200;
    private const double Tolerance = 1e-4;

    /// <summary>
    /// Computes one constant per class. Added to the logits, they make the mean probability of every class 1/K at <paramref
    /// name="temperature"/>, to a relative 0.01 %. This is Sinkhorn and Knopp's scaling: these shifts scale the columns, the softmax scales
    /// the rows. Each round reads all rows in chunks.
    /// </summary>
    /// <param name="logits">One row per view.</param>
    /// <param name="temperature">Divisor of the logits.</param>
    /// <returns>[K] in fp64, with mean 0, for <see cref="Apply"/>.</returns>
    public static Tensor Shifts(ISoftTargetLogits logits, double temperature)
    {
        using var scope = NewDisposeScope();
        var shift_K = zeros(logits.Classes, ScalarType.Float64, logits.Device);
        for (var round = 0; round < MaximumRounds; round++)
        {
            using var inner = NewDisposeScope();
            var share_K = Shares(logits, temperature, shift_K).Times_(logits.Classes);
            if (share_K.Minus(1).abs().max().ReadDouble() < Tolerance)
            {
                break;
            }

            // A class of probability 0 keeps a finite shift.
            shift_K.sub_(share_K.AtLeast(1e-9).log());
        }

        shift_K.sub_(shift_K.mean());
        return shift_K.Times_(temperature).MoveToOuterDisposeScope();
    }

    /// <summary>Adds the shifts to the logits and returns [N, K] in fp32.</summary>
    public static Tensor Apply(Tensor logits_NK, Tensor shift_K)
    {
        using var scope = NewDisposeScope();
        return logits_NK.Plus(shift_K).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Computes the mean probability of every class after shifts of the scaled logits: [K], fp64. With a single chunk, it equals that
    /// chunk's mean to the last bit.
    /// </summary>
    internal static Tensor Shares(ISoftTargetLogits logits, double temperature, Tensor shift_K)
    {
        var share_K = zeros_like(shift_K);
        for (var start = 0; start < logits.Count; start += logits.RowsAtOnce)
        {
            using var scope = NewDisposeScope();
            var rows = Math.Min(logits.RowsAtOnce, logits.Count - start);
            var scaled_NK = logits.Range(start, rows).to_type(ScalarType.Float64).Over(temperature);
            share_K.Plus_(scaled_NK.Plus_(shift_K).softmax(dim: 1).mean([0L]).Times_((double)rows / logits.Count));
        }

        return share_K;
    }
}
