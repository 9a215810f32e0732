namespace Benchmarks.Harness;

/// <summary>The machine and checkout that this program runs on.</summary>
internal static class Machine
{
    /// <summary>Name of the processor and number of cores that this process may use.</summary>
    public static string Processor => $"{Model()}, {Environment.ProcessorCount} cores";

    /// <summary>Finds the root of the checkout that this program was built in.</summary>
    public static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Distill.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not in a checkout: no Distill.sln above");
        }

        return folder;
    }

    private static string Model()
    {
        const string info = "/proc/cpuinfo";
        var line = File.Exists(info)
            ? File.ReadLines(info).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line is null ? "unknown processor" : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
