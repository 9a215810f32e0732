using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

// S parameters, R rows of A elements
namespace Distill.Learning.Optimizers;

/// <summary>
/// Layer-wise adaptive rate scaling (You et al. 2017), as in SimCLR's <c>lars_optimizer.py</c>: v ← m·v + rate·trust·(g + decay·w),
/// w ← w − v, with trust = 0.001·‖w‖ / ‖g + decay·w‖ per tensor, or 1 if either norm is 0.
/// </summary>
/// <remarks>
/// Batch norms and biases have neither decay nor adaptation. A classifier's weights (that code's "supervised head") have decay without
/// adaptation, as there: with adaptation, a classifier that starts at zero would hardly move. A student's classifier is adapted, as in the
/// authors' notebook of distillation.
/// </remarks>
internal sealed class Lars : Optimizer
{
    private const double TrustCoefficient = 0.001;

    private readonly OptimizerOptions _options;
    private readonly Tensor _momentum;
    private readonly AdaptedRun[] _adapted;

    /// <param name="options">Momentum and decay.</param>
    /// <param name="parameters">The parameters to update.</param>
    /// <param name="adaptsClassifier">Whether a classifier's weights are adapted.</param>
    public Lars(OptimizerOptions options, FlatParameters parameters, bool adaptsClassifier)
        : base(parameters)
    {
        _options = options;
        _momentum = Buffer("momentum");
        _adapted = [.. AdaptedRun.FromParameters(parameters, adaptsClassifier)];
    }

    private protected override void Update(long step, double rate)
    {
        // Batch norms and biases are not in the decayed part.
        Decayed(Parameters.Gradients).Plus_(Decayed(Parameters.Values), alpha: _options.WeightDecay);
        foreach (var run in _adapted)
        {
            using var scope = NewDisposeScope();
            var weightNorm_S = TensorLists.Norms(run.WeightSlices);
            var gradientNorm_S = TensorLists.Norms(run.GradientSlices);
            var trust_S = weightNorm_S.div(gradientNorm_S).Times_(TrustCoefficient);
            // Selected on the device, because reading a norm would stall a GPU.
            trust_S = where(weightNorm_S.mul(gradientNorm_S).IsAbove(0), trust_S, ones_like(trust_S));
            run.GradientRows_RA.mul_(trust_S.index_select(0, run.SliceOfRow_R).unsqueeze(1));
        }

        _momentum.Times_(_options.Momentum).Plus_(Parameters.Gradients, alpha: rate);
        Parameters.Values.sub_(_momentum);
    }

    private protected override void Dispose(bool disposing)
    {
        foreach (var run in _adapted)
        {
            run.Dispose();
        }

        base.Dispose(disposing);
    }
}
