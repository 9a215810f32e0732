using TorchSharp;
using static TorchSharp.torch;

namespace Stages.Distill;

/// <summary>
/// Distribution alignment of soft targets: a teacher that learned from a few images prefers some classes; where
/// all are known to be equally frequent, a constant a class takes that preference out of all its opinions. (The idea is that of
/// Saerens et al. 2002 and, in semi-supervised learning, of ReMixMatch, arXiv:1911.09785, section 3.1; SimCLRv2 has none.)
/// </summary>
public static class ClassBalance
{
    private const int MaximumRounds = 200;
    private const double Tolerance = 1e-4;

    /// <summary>
    /// Shifts the logits of each class by one constant so that at <paramref name="temperature"/> the mean probability of every
    /// class is 1/K, to a relative 0.01 %: Sinkhorn and Knopp's scaling, columns by these shifts, rows by the softmax.
    /// </summary>
    /// <param name="logits_RK">A row a view.</param>
    /// <param name="temperature">Divides the logits.</param>
    /// <returns>[R, K], fp32; the shifts have mean 0.</returns>
    public static Tensor Equalise(Tensor logits_RK, double temperature)
    {
        using var scope = NewDisposeScope();
        var classes = logits_RK.shape[1];
        var scaled_RK = logits_RK.to_type(ScalarType.Float64).div_(temperature);
        var shift_K = zeros(classes, ScalarType.Float64, logits_RK.device);
        for (var round = 0; round < MaximumRounds; round++)
        {
            using var inner = NewDisposeScope();
            var share_K = scaled_RK.add(shift_K).softmax(dim: 1).mean([0L]).mul_(classes);
            if (share_K.sub(1).abs().max().ToDouble() < Tolerance)
            {
                break;
            }

            // A class that nobody believes in keeps a finite shift.
            shift_K.sub_(share_K.clamp_min(1e-9).log());
        }

        shift_K.sub_(shift_K.mean());
        return logits_RK.add(shift_K.mul_(temperature)).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
