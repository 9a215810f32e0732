using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Probes;

/// <summary>
/// Limited-memory BFGS (Nocedal and Wright 2006, algorithms 7.4 and 7.5) in fp64, with a line search that brackets and bisects until
/// the weak Wolfe conditions hold (Lewis and Overton 2013, algorithm 2.6). The same start gives the same bits on the CPU.
/// </summary>
public static class Lbfgs
{
    private const double Decrease = 1e-4;
    private const double Curvature = 0.9;
    private const int Trials = 50;

    // Near a minimum, a step's true decrease is smaller than the rounding of the value; the gradient alone then decides.
    private const double Rounding = 1e-14;

    /// <param name="function">A smooth function of [P]: its value, and its gradient as a new tensor of the current scope.</param>
    /// <param name="start_P">Where to begin, fp64; left as it is.</param>
    /// <param name="options">When to end.</param>
    public static LbfgsMinimum Minimize(
        Func<Tensor, (double Value, Tensor Gradient)> function, Tensor start_P, LbfgsOptions options)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var pairs = new List<LbfgsPair>();
        var point = Look(function, start_P.clone());
        var iteration = 0;
        while (!Flat(point, options) && iteration < options.Iterations)
        {
            using var step = NewDisposeScope();
            if (Search(function, point, Direction(point.Gradient, pairs)) is not { } next)
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

        return new LbfgsMinimum(point.X.MoveToOuterDisposeScope(), point.Value, iteration, Flat(point, options));
    }

    private static bool Flat(LbfgsPoint point, LbfgsOptions options) =>
        point.Gradient.abs().max().ReadDouble() <= options.Tolerance;

    private static Tensor Direction(Tensor gradient, List<LbfgsPair> pairs)
    {
        var direction = gradient.neg();
        if (pairs.Count == 0)
        {
            // Nothing is known of the scale yet: no further than a length of 1.
            return direction.Over_(Math.Max(1, gradient.norm().ReadDouble()));
        }

        var shares = new double[pairs.Count];
        for (var i = pairs.Count - 1; i >= 0; i--)
        {
            shares[i] = pairs[i].S.dot(direction).ReadDouble() / pairs[i].Curvature;
            direction.Plus_(pairs[i].Y, alpha: -shares[i]);
        }

        direction.Times_(pairs[^1].Curvature / pairs[^1].Y.dot(pairs[^1].Y).ReadDouble());
        for (var i = 0; i < pairs.Count; i++)
        {
            var share = pairs[i].Y.dot(direction).ReadDouble() / pairs[i].Curvature;
            direction.Plus_(pairs[i].S, alpha: shares[i] - share);
        }

        return direction;
    }

    /// <summary>The first place along the direction that is low and flat enough, or null if precision has run out.</summary>
    private static LbfgsPoint? Search(
        Func<Tensor, (double Value, Tensor Gradient)> function, LbfgsPoint from, Tensor direction)
    {
        var slope = from.Gradient.dot(direction).ReadDouble();
        var slack = Rounding * Math.Abs(from.Value);
        var (low, high, length) = (0.0, double.PositiveInfinity, 1.0);
        for (var trial = 0; trial < Trials && slope < 0; trial++)
        {
            var point = Look(function, from.X.Plus(direction, alpha: length));
            // Not "larger": a value that is not a number is too far as well.
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

    private static LbfgsPoint Look(Func<Tensor, (double Value, Tensor Gradient)> function, Tensor x)
    {
        var (value, gradient) = function(x);
        return new LbfgsPoint(x, value, gradient);
    }
}
