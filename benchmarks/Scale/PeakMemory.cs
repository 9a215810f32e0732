using System.Globalization;

namespace Benchmarks.Scale;

/// <summary>Measures the peak of this process's resident memory during a piece of work, as Linux counts it.</summary>
internal static class PeakMemory
{
    private const string Status = "/proc/self/status";
    private const string ClearRefs = "/proc/self/clear_refs";

    /// <summary>Value for <see cref="ClearRefs"/> that resets the peak (man proc_pid_clear_refs).</summary>
    private const string ResetPeak = "5";

    /// <summary>Runs the work after a garbage collection.</summary>
    /// <returns>Peak beyond the memory used before, in MiB; null if the system does not report it.</returns>
    public static double? During(Action work)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();

        // Returns memory to the system, so that the work cannot reuse memory of earlier work.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (!TryResetPeak())
        {
            work();
            return null;
        }

        var before = KibibytesOf("VmRSS");
        work();
        return Math.Max(0, KibibytesOf("VmHWM") - before) / 1024.0;
    }

    private static bool TryResetPeak()
    {
        try
        {
            File.WriteAllText(ClearRefs, ResetPeak);
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
        var number = line.AsSpan(entry.Length + 1, line.Length - entry.Length - " kB".Length - 1);
        return long.Parse(number, NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
    }
}
