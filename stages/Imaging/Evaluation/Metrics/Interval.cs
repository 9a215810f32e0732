namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>A confidence interval, in the unit of its metric.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public sealed record Interval(double Low, double High)
{
    /// <summary>Quantile of the normal distribution that leaves 2.5 % above.</summary>
    private const double Z = 1.959963984540054;

    /// <summary>
    /// Returns the central <paramref name="level"/> percent of a sample. Percentiles are linear between neighboring values.
    /// </summary>
    /// <param name="sample">Values in any order, at least one.</param>
    /// <param name="level">Percentage in (0, 100).</param>
    public static Interval Central(IEnumerable<double> sample, double level)
    {
        var sorted = sample.Order().ToArray();
        var tail = (1 - level / 100) / 2;
        return new Interval(Quantile(sorted, tail), Quantile(sorted, 1 - tail));
    }

    /// <summary>
    /// Returns Wilson's 95 % score interval of a proportion, in percent (Wilson 1927; Newcombe 1998, method 3). Unlike a bootstrap, it has
    /// a width when all or none of the images are right: 24 of 24 gives 86.2 to 100.
    /// </summary>
    /// <param name="right">Number of successes.</param>
    /// <param name="count">Number of trials, at least 1.</param>
    public static Interval Wilson(int right, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var (p, z2) = ((double)right / count, Z * Z);
        var center = (p + z2 / (2 * count)) / (1 + z2 / count);
        var half = Z / (1 + z2 / count) * Math.Sqrt(p * (1 - p) / count + z2 / (4.0 * count * count));
        // The ends are exact here, and rounding must not move them.
        return new Interval(right == 0 ? 0 : 100 * (center - half), right == count ? 100 : 100 * (center + half));
    }

    /// <summary>
    /// Returns a 95 % interval of the mean of independent proportions, in percent. It recovers the variance at each end from the
    /// proportions' Wilson intervals (Zou, Huang and Zhang 2009, "A note on confidence interval estimation for a linear function of
    /// binomial proportions"). For one proportion it is Wilson's interval.
    /// </summary>
    /// <param name="proportions">Number of successes and of trials of each proportion; at least one, each with at least one trial.</param>
    public static Interval MeanOf(IReadOnlyList<(int Right, int Count)> proportions)
    {
        var mean = proportions.Average(p => 100.0 * p.Right / p.Count);
        var below = Math.Sqrt(proportions.Sum(p => Square(100.0 * p.Right / p.Count - Wilson(p.Right, p.Count).Low)));
        var above = Math.Sqrt(proportions.Sum(p => Square(Wilson(p.Right, p.Count).High - 100.0 * p.Right / p.Count)));
        return new Interval(mean - below / proportions.Count, mean + above / proportions.Count);
    }

    private static double Square(double value) => value * value;

    private static double Quantile(double[] sorted, double fraction)
    {
        var position = fraction * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
