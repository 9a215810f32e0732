using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

// S parameters, R rows of A elements
namespace Distill.Learning.Optimizers;

/// <summary>
/// Layer-wise adaptive rate scaling (You et al. 2017), as in SimCLR's <c>lars_optimizer.py</c>: v ← m·v + rate·trust·(g + decay·w),
/// w ← w − v, with trust = 0.001·‖w‖ / ‖g + decay·w‖ per tensor, or 1 if either norm is 0.
/// </summary>
/// <remarks>
/// Batch norms, biases and a classifier's weights (that code's "supervised head") have neither decay nor adaptation. With adaptation, a
/// classifier that starts at zero would hardly move.
/// </remarks>
internal sealed class Lars : Optimizer
{
    private const double TrustCoefficient = 0.001;

    private readonly OptimizerOptions _options;
    private readonly Tensor _momentum;
    private readonly AdaptedRun[] _adapted;

    public Lars(OptimizerOptions options, FlatParameters parameters)
        : base(parameters)
    {
        _options = options;
        _momentum = Buffer("momentum");
        _adapted = [.. AdaptedRun.FromParameters(parameters)];
    }

    private protected override void Update(long step, double rate)
    {
        foreach (var run in _adapted)
        {
            using var scope = NewDisposeScope();
            run.Gradient.Plus_(run.Weights, alpha: _options.WeightDecay);
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
