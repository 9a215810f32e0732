using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Learning.Optimizers;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), as in PyTorch's <c>AdamW</c>.</summary>
internal sealed class AdamW : Optimizer
{
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;

    private readonly OptimizerOptions _options;
    private readonly Tensor _mean;
    private readonly Tensor _square;

    public AdamW(OptimizerOptions options, FlatParameters parameters)
        : base(parameters)
    {
        _options = options;
        _mean = Buffer("exp_avg");
        _square = Buffer("exp_avg_sq");
    }

    private protected override void Update(long step, double rate)
    {
        var gradients = Parameters.Gradients;
        Decayed(Parameters.Values).Times_(1 - rate * _options.WeightDecay);
        _mean.Times_(_options.Beta1).Plus_(gradients, alpha: 1 - _options.Beta1);
        _square.Times_(Beta2).PlusProduct_(gradients, gradients, 1 - Beta2);
        var denominator = _square.sqrt().Over_(Math.Sqrt(1 - Math.Pow(Beta2, step + 1))).Plus_(Epsilon);
        Parameters.Values.PlusQuotient_(_mean, denominator, -rate / (1 - Math.Pow(_options.Beta1, step + 1)));
    }
}
