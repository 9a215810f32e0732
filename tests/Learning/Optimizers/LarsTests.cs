using Distill.Learning.Arithmetic;
using Distill.Learning.Optimizers;
using Tests.Golden;
using static TorchSharp.torch;

namespace Tests.Learning.Optimizers;

/// <summary>Compares LARS with its formula in fp64.</summary>
[Collection(TorchTests.Name)]
public sealed class LarsTests
{
    private const double Momentum = 0.9;
    private const double Decay = 0.1;

    [Fact]
    public void Twenty_steps_follow_the_formula()
    {
        using var scope = NewDisposeScope();
        using var network = Tiny.Network();
        var expected = network.named_parameters().ToDictionary(
            p => p.name, p => new Reference(p.parameter, classifier: p.name.StartsWith("fc.", StringComparison.Ordinal)));
        using var parameters = new FlatParameters(network);
        using var optimizer = Create(parameters);
        for (var step = 0; step < 20; step++)
        {
            Tiny.Backward(network, step);
            optimizer.Step(step, 100 * Tiny.Rate(step));
            parameters.ZeroGradients();
            foreach (var (name, reference) in expected)
            {
                using var gradient = Pattern.Uniform($"{name}@{step}", reference.Length);
                reference.Step(gradient.data<float>().ToArray(), 100 * Tiny.Rate(step));
            }
        }

        foreach (var (name, parameter) in network.named_parameters())
        {
            var values = parameter.detach().reshape(-1).data<float>().ToArray();
            Assert.All(
                expected[name].Weights.Zip(values),
                pair => Assert.Equal(pair.First, pair.Second, 2e-5 * Math.Max(1, Math.Abs(pair.First))));
        }
    }

    [Fact]
    public void Trust_is_1_for_zero_weights()
    {
        using var scope = NewDisposeScope();
        using var network = nn.Linear(3, 2);
        using var parameters = new FlatParameters(network);
        parameters.Values.zero_();
        parameters.Gradients.fill_(0.5f);
        using var optimizer = Create(parameters);
        optimizer.Step(0, 0.1);
        Close.To(full(8, -0.05f), parameters.Pack(parameters.Values), 1e-7);
    }

    [Theory]
    [InlineData("fc")]
    [InlineData("classifier")]
    public void Weights_of_a_classifier_decay_and_adapt_only_if_asked(string name)
    {
        using var scope = NewDisposeScope();
        // The gradient is 0.5, and a decay of 0.1 adds 0.2 to that of weights. The bias has neither.
        Assert.Equal((2 - 0.07, 2 - 0.05), Stepped(adapts: false));
        Assert.Equal((2 - 0.1 * 0.001 * 2, 2 - 0.05), Stepped(adapts: true));

        (double Weight, double Bias) Stepped(bool adapts)
        {
            using var network = nn.Sequential((name, nn.Linear(3, 2)));
            using var parameters = new FlatParameters(network);
            parameters.Values.fill_(2f);
            parameters.Gradients.fill_(0.5f);
            using var optimizer = Create(parameters, adapts);
            optimizer.Step(0, 0.1);
            var values = parameters.Pack(parameters.Values).ReadAll<float>();
            return (Math.Round(values[0], 6), Math.Round(values[^1], 6));
        }
    }

    [Fact]
    public void Bits_equal_those_of_a_loop_over_the_parameters()
    {
        using var scope = NewDisposeScope();
        using var network = nn.Sequential(
            ("conv", nn.Conv2d(2, 3, kernel_size: 3, bias: false)),
            ("fc", nn.Linear(3, 70)),
            ("deep", nn.Linear(70, 33)),
            ("last", nn.Linear(33, 2)));
        Pattern.Fill(network);
        using var parameters = new FlatParameters(network);
        using var optimizer = Create(parameters);
        var weights = parameters.Values.clone();
        var momentum = zeros_like(weights);

        for (var step = 0; step < 3; step++)
        {
            Tiny.Backward(network, step);
            var gradients = parameters.Gradients.clone();
            foreach (var slice in parameters.Slices.Where(slice => slice.Decays))
            {
                var (w, g) = (weights.narrow(0, slice.Offset, slice.Length), gradients.narrow(0, slice.Offset, slice.Length));
                g.Plus_(w, alpha: Decay);
                if (slice.Name != "fc.weight")
                {
                    g.mul_(w.norm().div(g.norm()).Times_(0.001));
                }
            }

            momentum.Times_(Momentum).Plus_(gradients, alpha: 2);
            weights.sub_(momentum);
            optimizer.Step(step, 2);
            Close.Exactly(weights, parameters.Values);
        }
    }

    [Fact]
    public void Zero_gradient_moves_nothing_and_gives_no_NaN()
    {
        using var scope = NewDisposeScope();
        using var network = Tiny.Network();
        using var parameters = new FlatParameters(network);
        var before = parameters.Values.clone();
        using var optimizer = Optimizer.Create(new OptimizerOptions(OptimizerKind.Lars, 1, 0, Momentum, 0), parameters);
        optimizer.Step(0, 0.1);
        Close.Exactly(before, parameters.Values);
    }

    private static Optimizer Create(FlatParameters parameters, bool adaptsClassifier = false) =>
        Optimizer.Create(new OptimizerOptions(OptimizerKind.Lars, 1, Decay, Momentum, 0), parameters, adaptsClassifier);

    /// <summary>One parameter and its momentum in fp64.</summary>
    private sealed class Reference
    {
        private readonly bool _adapts;
        private readonly bool _decays;
        private readonly double[] _velocity;

        public Reference(Tensor parameter, bool classifier)
        {
            _decays = parameter.dim() > 1;
            _adapts = _decays && !classifier;
            Weights = [.. parameter.detach().reshape(-1).data<float>().ToArray().Select(value => (double)value)];
            _velocity = new double[Weights.Length];
        }

        public double[] Weights { get; }

        public int Length => Weights.Length;

        public void Step(float[] gradient, double rate)
        {
            var update = gradient.Select((g, i) => g + (_decays ? Decay * Weights[i] : 0)).ToArray();
            var trust = _adapts ? 0.001 * Norm(Weights) / Norm(update) : 1;
            for (var i = 0; i < Length; i++)
            {
                _velocity[i] = Momentum * _velocity[i] + rate * trust * update[i];
                Weights[i] -= _velocity[i];
            }
        }

        private static double Norm(double[] values) => Math.Sqrt(values.Sum(value => value * value));
    }
}
