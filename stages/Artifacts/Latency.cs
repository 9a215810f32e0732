using System.Diagnostics;

namespace Distill.Artifacts;

/// <summary>Measures the latency of several networks in turn, so that other work on the machine slows all of them.</summary>
public static class Latency
{
    /// <summary>Number of images in the larger of the two batches that are measured.</summary>
    public const int Batch = 64;

    private const int Rounds = 7;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(20);

    /// <summary>Measures the milliseconds per call of each action, as the median of seven rounds.</summary>
    public static IReadOnlyList<double> Medians(IReadOnlyList<Action> calls)
    {
        // The first calls select kernels and allocate memory.
        foreach (var call in calls)
        {
            call();
        }

        var times = calls.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < calls.Count; i++)
            {
                times[i].Add(Time(calls[i]));
            }
        }

        return [.. times.Select(each => Math.Round(each.Order().ElementAt(Rounds / 2), 3))];
    }

    private static double Time(Action call)
    {
        var clock = Stopwatch.StartNew();
        var count = 0;
        do
        {
            call();
            count++;
        }
        while (clock.Elapsed < Turn);

        return clock.Elapsed.TotalMilliseconds / count;
    }
}
