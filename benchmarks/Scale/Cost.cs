namespace Benchmarks.Scale;

/// <summary>Cost of a piece of work at one size.</summary>
/// <param name="Size">Number of images or classes, or the batch size.</param>
/// <param name="Microseconds">Time per image or row.</param>
/// <param name="PeakMiB">Peak memory beyond what was used before; null if unknown.</param>
/// <param name="Bytes">Size on disk per image; null if nothing is written.</param>
internal readonly record struct Cost(int Size, double Microseconds, double? PeakMiB, double? Bytes = null)
{
    /// <summary>
    /// Computes the exponent p of "cost per image ~ size^p" from the last two sizes, where fixed costs matter least. With 0 the total time
    /// is linear in the size, and with 1 it is quadratic.
    /// </summary>
    /// <param name="costs">At least two costs, in ascending order of size.</param>
    public static double GrowthExponent(IReadOnlyList<Cost> costs)
    {
        var (before, last) = (costs[^2], costs[^1]);
        return Math.Log(last.Microseconds / before.Microseconds) / Math.Log((double)last.Size / before.Size);
    }
}
