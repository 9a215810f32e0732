namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>A confidence interval, in the unit of its metric.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public sealed record Interval(double Low, double High)
{
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

    private static double Quantile(double[] sorted, double fraction)
    {
        var position = fraction * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
