using Distill.Imaging.Evaluation.Probes;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Evaluation.Probes;

[Collection(TorchTests.Name)]
public sealed class LbfgsTests
{
    private static readonly LbfgsOptions Exact = new(200, 1e-10, 10);

    [Fact]
    public void Lbfgs_finds_the_minimum_of_Rosenbrocks_function()
    {
        using var scope = NewDisposeScope();
        var minimum = Lbfgs.Minimize(Rosenbrock, tensor(new[] { -1.2, 1.0 }), Exact);

        Assert.True(minimum.Converged);
        Assert.InRange(minimum.Iterations, 10, 60);
        Assert.Equal([1.0, 1.0], minimum.X.data<double>().ToArray().Select(x => Math.Round(x, 9)));
        Assert.Equal(0, minimum.Value, 1e-18);
    }

    [Fact]
    public void Lbfgs_handles_very_different_scales()
    {
        using var scope = NewDisposeScope();
        var scale = tensor(Enumerable.Range(0, 20).Select(i => Math.Pow(10, i / 5.0)).ToArray());
        var minimum = Lbfgs.Minimize(
            x => (x.square().mul(scale).sum().ToDouble() / 2, x.mul(scale)),
            ones(20, ScalarType.Float64).mul(5),
            Exact with { Iterations = 2000 });
        Assert.True(minimum.Converged);
        Assert.InRange(minimum.X.abs().max().ToDouble(), 0, 1e-9);
    }

    [Fact]
    public void Lbfgs_stops_immediately_at_the_minimum_and_eventually_without_one()
    {
        using var scope = NewDisposeScope();
        var start = zeros(2, ScalarType.Float64);
        var still = Lbfgs.Minimize(x => (x.square().sum().ToDouble(), x.mul(2)), start, Exact);

        Assert.Equal((0, true), (still.Iterations, still.Converged));

        var falling = Lbfgs.Minimize(x => (-x.sum().ToDouble(), ones_like(x).neg()), start, Exact);

        Assert.False(falling.Converged);

        var cut = Lbfgs.Minimize(Rosenbrock, tensor(new[] { -1.2, 1.0 }), Exact with { Iterations = 3 });

        Assert.Equal((3, false), (cut.Iterations, cut.Converged));
    }

    [Fact]
    public void Start_is_unchanged_and_no_tensor_leaks()
    {
        using var scope = NewDisposeScope();
        var start = tensor(new[] { -1.2, 1.0 });
        Lbfgs.Minimize(Rosenbrock, start, Exact).X.Dispose();
        var before = ProbeCase.SettledTensors();
        Lbfgs.Minimize(Rosenbrock, start, Exact).X.Dispose();

        Assert.Equal(before, Tensor.TotalCount);
        Assert.Equal([-1.2, 1.0], start.data<double>().ToArray());
    }

    private static (double Value, Tensor Gradient) Rosenbrock(Tensor x)
    {
        var (a, b) = (x[0].ToDouble(), x[1].ToDouble());
        var value = (1 - a) * (1 - a) + 100 * (b - a * a) * (b - a * a);
        return (value, tensor(new[] { -2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a) }));
    }
}
