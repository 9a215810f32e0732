using Distill.Imaging.SoftTargets;
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Distill;

/// <summary>
/// Distribution alignment of soft targets: a teacher that learned from a few images prefers some classes; where
/// all are known to be equally frequent, a constant a class takes that preference out of all its opinions. (The idea is that of
/// Saerens et al. 2002 and, in semi-supervised learning, of ReMixMatch, arXiv:1911.09785, section 3.1; SimCLRv2 has none.)
/// </summary>
internal static class ClassBalance
{
    private const int MaximumRounds = 200;
    private const double Tolerance = 1e-4;

    /// <summary>
    /// The constant a class that, added to the logits, makes the mean probability of every class 1/K at
    /// <paramref name="temperature"/>, to a relative 0.01 %: Sinkhorn and Knopp's scaling, columns by these shifts, rows by the
    /// softmax. Every round goes through all rows, a chunk at a time.
    /// </summary>
    /// <param name="logits">A row a view.</param>
    /// <param name="temperature">Divides the logits.</param>
    /// <returns>[K], 64-bit floats of mean 0, for <see cref="Apply"/>.</returns>
    public static Tensor Shifts(SoftTargetLogits logits, double temperature)
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

            // A class that nobody believes in keeps a finite shift.
            shift_K.sub_(share_K.AtLeast(1e-9).log());
        }

        shift_K.sub_(shift_K.mean());
        return shift_K.Times_(temperature).MoveToOuterDisposeScope();
    }

    /// <summary>Shifted logits: [N, K], fp32.</summary>
    public static Tensor Apply(Tensor logits_NK, Tensor shift_K)
    {
        using var scope = NewDisposeScope();
        return logits_NK.Plus(shift_K).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>The mean probability of every class. Of a single chunk it is that chunk's mean to the last bit.</summary>
    private static Tensor Shares(SoftTargetLogits logits, double temperature, Tensor shift_K)
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
