namespace Distill.Imaging.Evaluation.Metrics;

/// <summary>A range that a number is confident to lie in, in that number's unit.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public sealed record Interval(double Low, double High)
{
    /// <summary>The middle <paramref name="level"/> percent of a sample, its percentiles linear between neighboring values.</summary>
    /// <param name="sample">At least one value, in any order.</param>
    /// <param name="level">Of (0, 100).</param>
    public static Interval Middle(IEnumerable<double> sample, double level)
    {
        var sorted = sample.Order().ToArray();
        var tail = (1 - level / 100) / 2;
        return new Interval(Quantile(sorted, tail), Quantile(sorted, 1 - tail));
    }

    private static double Quantile(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
