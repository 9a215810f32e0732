using System.Globalization;

namespace Benchmarks.Scale;

/// <summary>The most memory that a piece of work has this process hold, as Linux counts it: the peak of what is resident.</summary>
internal static class PeakMemory
{
    private const string Status = "/proc/self/status";
    private const string Forget = "/proc/self/clear_refs";

    /// <summary>What is written to <see cref="Forget"/> to begin a new peak (man proc_pid_clear_refs).</summary>
    private const string NewPeak = "5";

    /// <summary>Runs the work on a heap that has just been collected.</summary>
    /// <returns>MiB at the peak beyond those before; null where the system does not say.</returns>
    public static double? During(Action work)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        // Gives memory back to the system, so that work meets none that others left.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (!TryForget())
        {
            work();
            return null;
        }

        var before = KibibytesOf("VmRSS");
        work();
        return Math.Max(0, KibibytesOf("VmHWM") - before) / 1024.0;
    }

    private static bool TryForget()
    {
        try
        {
            File.WriteAllText(Forget, NewPeak);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long KibibytesOf(string entry)
    {
        var line = File.ReadLines(Status).First(line => line.StartsWith(entry + ":", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(entry.Length + 1, line.Length - entry.Length - " kB".Length - 1), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
    }
}
