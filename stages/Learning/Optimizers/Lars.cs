using Stages.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Stages.Learning.Optimizers;

/// <summary>
/// Layer-wise adaptive rate scaling (You et al. 2017) as SimCLR's <c>lars_optimizer.py</c> has it:
/// v ← m·v + rate·trust·(g + decay·w), w ← w − v, with trust = 0.001·‖w‖ / ‖g + decay·w‖ per tensor, 1 where either norm
/// is 0. Batch norms, biases and a classifier's weights (that code's "supervised head") take part in neither decay nor adaptation: a
/// classifier that starts at zero would hardly move.
/// </summary>
internal sealed class Lars : Optimizer
{
    private const double TrustCoefficient = 0.001;

    private readonly OptimizerOptions _options;
    private readonly Tensor _momentum;

    public Lars(OptimizerOptions options, FlatParameters parameters)
        : base(parameters)
    {
        _options = options;
        _momentum = Buffer("momentum");
    }

    private protected override void Update(long step, double rate)
    {
        var gradients = Parameters.Gradients;
        foreach (var slice in Parameters.Slices.Where(s => s.Decays && !s.Classifies))
        {
            using var scope = NewDisposeScope();
            var weights = Parameters.Values.narrow(0, slice.Offset, slice.Length);
            var gradient = gradients.narrow(0, slice.Offset, slice.Length).Plus_(weights, alpha: _options.WeightDecay);
            var weightNorm = weights.norm();
            var gradientNorm = gradient.norm();
            var trust = weightNorm.div(gradientNorm).Times_(TrustCoefficient);
            // Chosen on the device: reading a norm here would stall a GPU once per tensor.
            gradient.mul_(where(weightNorm.mul(gradientNorm).IsAbove(0), trust, ones_like(trust)));
        }

        _momentum.Times_(_options.Momentum).Plus_(gradients, alpha: rate);
        Parameters.Values.sub_(_momentum);
    }
}
