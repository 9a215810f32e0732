using System.Diagnostics;

namespace Distill.Artifacts;

/// <summary>How long networks take, taking turns, so that other work on the machine slows them all.</summary>
public static class Latency
{
    /// <summary>Images in the larger of the two batches.</summary>
    public const int Batch = 64;

    private const int Rounds = 7;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(20);

    /// <summary>Milliseconds a call, the median of several rounds.</summary>
    public static IReadOnlyList<double> Medians(IReadOnlyList<Action> calls)
    {
        // The first calls choose kernels and take memory.
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
