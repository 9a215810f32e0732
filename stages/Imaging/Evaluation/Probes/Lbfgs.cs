// P parameters of the function
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Probes;

/// <summary>
/// Limited-memory BFGS in fp64 (Nocedal and Wright 2006, algorithms 7.4 and 7.5). Its line search brackets and bisects until the weak
/// Wolfe conditions hold (Lewis and Overton 2013, algorithm 2.6). On the CPU, the same start gives the same bits.
/// </summary>
public static class Lbfgs
{
    // Usual constants of the Wolfe conditions (Nocedal and Wright 2006, section 3.1).
    private const double Decrease = 1e-4;
    private const double Curvature = 0.9;

    private const int MaximumTrials = 50;

    // Relative rounding of the value. Near a minimum the true decrease is smaller than that, and only the gradient decides.
    private const double Rounding = 1e-14;

    /// <summary>Minimizes a function.</summary>
    /// <param name="function">Smooth function of [P]: returns its value, and its gradient as a new tensor in the current scope.</param>
    /// <param name="start_P">First point, fp64; left unchanged.</param>
    /// <param name="options">Stopping criteria and memory.</param>
    public static LbfgsMinimum Minimize(
        Func<Tensor, (double Value, Tensor Gradient)> function, Tensor start_P, LbfgsOptions options)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var pairs = new List<LbfgsPair>();
        var point = Evaluate(function, start_P.clone());
        var iteration = 0;
        while (!HasConverged(point, options) && iteration < options.Iterations)
        {
            using var step = NewDisposeScope();
            if (SearchLine(function, point, Direction(point.Gradient, pairs)) is not { } next)
            {
                break;
            }

            iteration++;
            pairs.Add(LbfgsPair.Between(point, next));
            if (pairs.Count > options.Memory)
            {
                pairs[0].Dispose();
                pairs.RemoveAt(0);
            }

            point.Dispose();
            point = next.Keep();
        }

        return new LbfgsMinimum(point.X.MoveToOuterDisposeScope(), point.Value, iteration, HasConverged(point, options));
    }

    private static bool HasConverged(LbfgsPoint point, LbfgsOptions options) =>
        point.Gradient.abs().max().ReadDouble() <= options.Tolerance;

    /// <summary>Approximates −H⁻¹ · gradient with the two-loop recursion.</summary>
    private static Tensor Direction(Tensor gradient, List<LbfgsPair> pairs)
    {
        var direction = gradient.neg();
        if (pairs.Count == 0)
        {
            // The scale is still unknown, so the step has at most length 1.
            return direction.Over_(Math.Max(1, gradient.norm().ReadDouble()));
        }

        var alphas = new double[pairs.Count];
        for (var i = pairs.Count - 1; i >= 0; i--)
        {
            alphas[i] = pairs[i].S.dot(direction).ReadDouble() / pairs[i].Curvature;
            direction.Plus_(pairs[i].Y, alpha: -alphas[i]);
        }

        direction.Times_(pairs[^1].Curvature / pairs[^1].Y.dot(pairs[^1].Y).ReadDouble());
        for (var i = 0; i < pairs.Count; i++)
        {
            var beta = pairs[i].Y.dot(direction).ReadDouble() / pairs[i].Curvature;
            direction.Plus_(pairs[i].S, alpha: alphas[i] - beta);
        }

        return direction;
    }

    /// <summary>Finds a point along the direction that meets the Wolfe conditions; null if precision has run out.</summary>
    private static LbfgsPoint? SearchLine(
        Func<Tensor, (double Value, Tensor Gradient)> function, LbfgsPoint from, Tensor direction)
    {
        var slope = from.Gradient.dot(direction).ReadDouble();
        var slack = Rounding * Math.Abs(from.Value);
        var (low, high, length) = (0.0, double.PositiveInfinity, 1.0);
        for (var trial = 0; trial < MaximumTrials && slope < 0; trial++)
        {
            var point = Evaluate(function, from.X.Plus(direction, alpha: length));
            // Negated, so that NaN counts as too far.
            if (!(point.Value <= from.Value + Decrease * length * slope + slack))
            {
                high = length;
            }
            else if (point.Gradient.dot(direction).ReadDouble() < Curvature * slope)
            {
                low = length;
            }
            else
            {
                return point;
            }

            point.Dispose();
            length = double.IsPositiveInfinity(high) ? 2 * low : (low + high) / 2;
        }

        return null;
    }

    private static LbfgsPoint Evaluate(Func<Tensor, (double Value, Tensor Gradient)> function, Tensor x)
    {
        var (value, gradient) = function(x);
        return new LbfgsPoint(x, value, gradient);
    }
}

/// <summary>Stopping criteria and memory of L-BFGS.</summary>
/// <param name="Iterations">Largest number of directions; CLIP's linear probe (Radford et al. 2021, appendix A.3) allows 1,000.</param>
/// <param name="Tolerance">The search has converged when no element of the gradient exceeds this.</param>
/// <param name="Memory">Number of pairs of steps and gradient changes that shape a direction; 10, as in SciPy.</param>
public sealed record LbfgsOptions(int Iterations, double Tolerance, int Memory)
{
    /// <summary>1,000 iterations, tolerance 1e-6, 10 pairs.</summary>
    public static readonly LbfgsOptions Default = new(1000, 1e-6, 10);
}

/// <summary>The result of L-BFGS.</summary>
/// <param name="X">Last point, [P], fp64.</param>
/// <param name="Value">Value of the function there.</param>
/// <param name="Iterations">Number of directions taken.</param>
/// <param name="Converged">Whether the gradient fell below the tolerance; if not, iterations or precision ran out.</param>
public sealed record LbfgsMinimum(Tensor X, double Value, int Iterations, bool Converged);

/// <summary>A point at which the function was evaluated.</summary>
/// <param name="X">The point, [P], fp64.</param>
/// <param name="Value">Value of the function.</param>
/// <param name="Gradient">Gradient of the function, [P], fp64.</param>
internal sealed record LbfgsPoint(Tensor X, double Value, Tensor Gradient) : IDisposable
{
    /// <summary>Moves both tensors to the outer dispose scope.</summary>
    public LbfgsPoint Keep()
    {
        X.MoveToOuterDisposeScope();
        Gradient.MoveToOuterDisposeScope();
        return this;
    }

    public void Dispose()
    {
        X.Dispose();
        Gradient.Dispose();
    }
}

/// <summary>What one step of L-BFGS reveals about the curvature.</summary>
/// <param name="S">The step, [P].</param>
/// <param name="Y">Change of the gradient over the step, [P].</param>
/// <param name="Curvature">s·y, larger than 0.</param>
internal sealed record LbfgsPair(Tensor S, Tensor Y, double Curvature) : IDisposable
{
    /// <summary>Creates the pair of a step, in the outer dispose scope.</summary>
    public static LbfgsPair Between(LbfgsPoint from, LbfgsPoint to)
    {
        var s = to.X.sub(from.X).MoveToOuterDisposeScope();
        var y = to.Gradient.sub(from.Gradient).MoveToOuterDisposeScope();
        return new LbfgsPair(s, y, s.dot(y).ReadDouble());
    }

    public void Dispose()
    {
        S.Dispose();
        Y.Dispose();
    }
}
