using System.Diagnostics;
using Benchmarks.Harness;

namespace Benchmarks.Scale;

/// <summary>Measures the cost of work: several times if it is short, once if it is long.</summary>
internal static class Meter
{
    private const int MaximumRepetitions = 5;
    private static readonly TimeSpan EnoughTime = TimeSpan.FromSeconds(1);

    /// <summary>Measures time and peak memory.</summary>
    /// <param name="size">Size in the result.</param>
    /// <param name="items">Number of images or rows that the work processes.</param>
    /// <param name="work">Work, which must be repeatable.</param>
    /// <param name="bytes">Returns the bytes that the work has written; null if it writes none.</param>
    public static Cost Measure(int size, long items, Action work, Func<long>? bytes = null)
    {
        var seconds = new List<double>();

        // The time of the first run counts only if there are no others. Its memory counts always, because later runs reuse it.
        var peak = PeakMemory.During(() => seconds.Add(Time(work)));
        var clock = Stopwatch.StartNew();
        while (seconds[0] < EnoughTime.TotalSeconds && seconds.Count < 1 + MaximumRepetitions && clock.Elapsed < EnoughTime)
        {
            seconds.Add(Time(work));
        }

        var counted = seconds.Count > 1 ? seconds.Skip(1) : seconds;
        return new Cost(size, 1e6 * Spread.From(counted).Median / items, peak, (double?)bytes?.Invoke() / items);
    }

    private static double Time(Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalSeconds;
    }
}
