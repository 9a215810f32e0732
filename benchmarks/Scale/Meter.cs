using System.Diagnostics;
using Benchmarks.Harness;

namespace Benchmarks.Scale;

/// <summary>Times work of a size: again and again where it is short, once where it is long.</summary>
internal static class Meter
{
    private const int Most = 5;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(1);

    /// <param name="size">What the cost is listed under.</param>
    /// <param name="items">Images or rows that the work goes through.</param>
    /// <param name="work">May be called again.</param>
    /// <param name="bytes">What it has written when it is done; null for nothing.</param>
    public static Cost Of(int size, long items, Action work, Func<long>? bytes = null)
    {
        var seconds = new List<double>();
        // The first time is not counted where there are others, but its memory is: later ones find theirs allocated already.
        var peak = PeakMemory.During(() => seconds.Add(Time(work)));
        var begun = Stopwatch.StartNew();
        while (seconds[0] < Enough.TotalSeconds && seconds.Count < 1 + Most && begun.Elapsed < Enough)
        {
            seconds.Add(Time(work));
        }

        var counted = seconds.Count > 1 ? seconds.Skip(1) : seconds;
        return new Cost(size, 1e6 * Spread.Of(counted).Median / items, peak, (double?)bytes?.Invoke() / items);
    }

    private static double Time(Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalSeconds;
    }
}
