using System.Globalization;
using System.Runtime.InteropServices;

namespace Distill.Learning.Native;

/// <summary>The memory of this process, as Linux counts it.</summary>
public static partial class ProcessMemory
{
    private const string Status = "/proc/self/status";
    private const string Machine = "/proc/meminfo";

    // Writing 5 makes the peak equal to the present size.
    private const string ResetFile = "/proc/self/clear_refs";

    // Options of malloc.h. Allocations of at least the first size get pages of their own, which go back when they are freed. The C library
    // raises both sizes to the usual ones by itself, and no longer does so once they are set.
    private const int MmapThreshold = -3;
    private const int TrimThreshold = -1;
    private const int ExactMmapBytes = 1 << 16;
    private const int UsualMmapBytes = 32 << 20;
    private const int UsualTrimBytes = 64 << 20;

    /// <summary>Bytes in memory now.</summary>
    public static long Resident => Read(Status, "VmRSS:");

    /// <summary>The most bytes in memory since the start, or since <c>PeakOf</c> was called.</summary>
    public static long Peak => Read(Status, "VmHWM:");

    /// <summary>Bytes that new allocations can get without swapping.</summary>
    public static long Available
    {
        get
        {
            // A container may have less than the machine.
            var limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
            return Math.Min(Read(Machine, "MemAvailable:"), limit - Resident);
        }
    }

    /// <summary>Bytes that are left even while this process has its largest size so far.</summary>
    public static long LeftAtPeak => Available - (Peak - Resident);

    /// <summary>
    /// Runs an action while every large allocation gets pages of its own. Otherwise the C library keeps some memory that was freed, more or
    /// less by chance. Allocations take longer meanwhile.
    /// </summary>
    public static void WithExactAllocations(Action action)
    {
        _ = SetOption(MmapThreshold, ExactMmapBytes);
        try
        {
            action();
        }
        finally
        {
            _ = SetOption(MmapThreshold, UsualMmapBytes);
            _ = SetOption(TrimThreshold, UsualTrimBytes);
        }
    }

    /// <summary>Gives freed memory back, and returns the bytes that remain.</summary>
    public static long ResidentAfterTrim()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Trim();
        return Resident;
    }

    /// <summary>Gives memory back that libraries have freed.</summary>
    public static void Trim() => _ = Trim(0);

    /// <summary>Runs an action, and returns by how many bytes memory grew at most.</summary>
    /// <exception cref="UnmeasuredMemoryException">The system does not let this process measure it, as in some containers.</exception>
    public static long PeakOf(Action action) => PeakOf(action, ResetFile);

    internal static long PeakOf(Action action, string resetFile)
    {
        // Memory that was freed, but not given back, would hide a part of the growth.
        var before = ResidentAfterTrim();
        try
        {
            File.WriteAllText(resetFile, "5");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UnmeasuredMemoryException($"memory cannot be measured, because {resetFile} cannot be written: {error.Message}");
        }

        action();
        return Peak - before;
    }

    private static long Read(string file, string name)
    {
        var line = File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal));
        var number = line[name.Length..].Replace("kB", "", StringComparison.Ordinal);
        return long.Parse(number, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) << 10;
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint padding);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
