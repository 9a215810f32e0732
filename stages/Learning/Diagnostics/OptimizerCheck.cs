using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Learning.Diagnostics;

/// <summary>Compares two steps of an optimizer on given gradients with its formula, in fp64, tensor by tensor, on the CPU.</summary>
internal static class OptimizerCheck
{
    private const double Rate = 0.1;
    private const double Decay = 0.01;
    private const double Momentum = 0.9;

    private static readonly NetworkOptions Options = new(Architecture.ResNet18, 0.125, Stem.Half);

    /// <summary>Checks AdamW: Loshchilov and Hutter 2019, algorithm 2, with β = (0.9, 0.999) and ε = 1e-8.</summary>
    public static double AdamW(Compute compute, RandomKey random)
    {
        return Error(OptimizerKind.AdamW, compute, random, (slice, step, w, g, state) =>
        {
            var (mean, square) = (state("mean"), state("square"));
            mean.Times_(0.9).Plus_(g, 0.1);
            square.Times_(0.999).PlusProduct_(g, g, 0.001);
            w.Times_(1 - (slice.Decays ? Rate * Decay : 0));
            var denominator = square.Over(1 - Math.Pow(0.999, step + 1)).sqrt().Plus(1e-8);
            w.PlusQuotient_(mean, denominator, -Rate / (1 - Math.Pow(0.9, step + 1)));
        });
    }

    /// <summary>
    /// Checks LARS: You et al. 2017 with a trust coefficient of 0.001. Vectors have no decay, and neither they nor classifiers adaptation.
    /// </summary>
    public static double Lars(Compute compute, RandomKey random)
    {
        return Error(OptimizerKind.Lars, compute, random, (slice, _, w, g, state) =>
        {
            var velocity = state("velocity");
            g = slice.Decays ? g.Plus(w, Decay) : g;
            if (slice.Decays && !slice.Classifies)
            {
                g = g.Times(0.001 * w.norm().ReadDouble() / g.norm().ReadDouble());
            }

            velocity.Times_(Momentum).Plus_(g, Rate);
            w.Plus_(velocity, -1);
        });
    }

    /// <summary>Returns the relative error of the weights after two steps.</summary>
    /// <param name="kind">The optimizer.</param>
    /// <param name="compute">Device of the optimizer.</param>
    /// <param name="random">The key of weights and gradients.</param>
    /// <param name="rule">
    /// The formula: changes w by the gradient g, both fp64. Its last argument returns the state of a name, initially zeros.
    /// </param>
    private static double Error(
        OptimizerKind kind, Compute compute, RandomKey random, Action<ParameterSlice, long, Tensor, Tensor, Func<string, Tensor>> rule)
    {
        using var network = ResNet.Create(Options, channels: 3, classes: 10, compute, random);
        using var parameters = new FlatParameters(network);
        using var optimizer = Optimizer.Create(new OptimizerOptions(kind, Rate, Decay, Momentum, WarmupFraction: 0), parameters);
        using var frozen = no_grad();
        var exact = parameters.Slices.ToDictionary(slice => slice, slice => Part(parameters.Values, slice));
        var states = new Dictionary<(ParameterSlice, string), Tensor>();
        for (var step = 0; step < 2; step++)
        {
            foreach (var slice in parameters.Slices)
            {
                var gradient = Noise.Of(random.Fold(slice.Name).Fold(step), ScalarType.Float32, slice.Length);
                parameters.Gradients.narrow(0, slice.Offset, slice.Length).copy_(gradient);
                rule(slice, step, exact[slice], gradient.to_type(ScalarType.Float64), name => StateOf(slice, name));
            }

            optimizer.Step(step, Rate);
        }

        return Difference.Relative(
            cat([.. parameters.Slices.Select(slice => Part(parameters.Values, slice))]),
            cat([.. parameters.Slices.Select(slice => exact[slice])]));

        Tensor StateOf(ParameterSlice slice, string name)
        {
            if (!states.TryGetValue((slice, name), out var state))
            {
                states[(slice, name)] = state = zeros(slice.Length, ScalarType.Float64);
            }

            return state;
        }
    }

    private static Tensor Part(Tensor flat, ParameterSlice slice) => Difference.Exact(flat.narrow(0, slice.Offset, slice.Length)).clone();
}
