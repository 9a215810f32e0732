namespace Benchmarks.Scale;

/// <summary>How the cost of an image grows with the size of what it is part of.</summary>
internal static class Growth
{
    /// <summary>
    /// The exponent p of cost ~ size^p between the last two sizes, where what is fixed weighs least: 0 where an image costs the same at any
    /// size, hence all of them a time that is linear in their number; 1 where it costs in proportion to the size, hence all of them its square.
    /// </summary>
    /// <param name="costs">At least two, by rising size.</param>
    public static double Exponent(IReadOnlyList<Cost> costs)
    {
        var (before, last) = (costs[^2], costs[^1]);
        return Math.Log(last.Microseconds / before.Microseconds) / Math.Log((double)last.Size / before.Size);
    }
}
