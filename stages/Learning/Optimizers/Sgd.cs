using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Learning.Optimizers;

/// <summary>Stochastic gradient descent with Nesterov momentum, as in PyTorch's <c>SGD(nesterov=True)</c>.</summary>
internal sealed class Sgd : Optimizer
{
    private readonly OptimizerOptions _options;
    private readonly Tensor _momentum;

    public Sgd(OptimizerOptions options, FlatParameters parameters)
        : base(parameters)
    {
        _options = options;
        _momentum = Buffer("momentum");
    }

    private protected override void Update(long step, double rate)
    {
        var gradients = Parameters.Gradients;
        Decayed(gradients).Plus_(Decayed(Parameters.Values), alpha: _options.WeightDecay);
        _momentum.Times_(_options.Momentum).Plus_(gradients);
        Parameters.Values.Plus_(gradients.Plus(_momentum, alpha: _options.Momentum), alpha: -rate);
    }
}
