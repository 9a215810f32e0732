using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Benchmarks.Harness;

namespace Benchmarks.Growth;

/// <summary>How what soft targets cost grows with rows and classes: a row should cost the same however many there are.</summary>
internal static class GrowthTable
{
    public const string Name = "scale";

    /// <summary>The first argument of a child process that measures one line.</summary>
    public const string Cell = "--cell";

    private static readonly int[] Rows = [1_000, 10_000, 100_000, 1_000_000];
    private static readonly int[] Classes = [10, 100, 1_000];

    // 0.4 GB of logits, of which the table holds a copy or two; more would take a quarter of an hour.
    private const long MostLogits = 100_000_000;

    public static void Run(Func<string> newFolder, Report report)
    {
        Report.Heading(Name, $"a row's cost; rows times classes up to {MostLogits.ToString("N0", CultureInfo.InvariantCulture)}");
        Console.WriteLine($"{"rows",11}{"classes",9}{"write µs",11}{"read µs",11}{"plan µs",11}{"bytes",10}{"file MB",10}{"peak MiB",11}");
        var section = new JsonArray();
        foreach (var (rows, classes) in Classes.SelectMany(classes => Rows.Select(rows => (rows, classes))).Where(cell => (long)cell.rows * cell.classes <= MostLogits))
        {
            var line = InChild(rows, classes, newFolder());
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{rows,11:N0}{classes,9:N0}{Value(line, "writeMicroseconds"),11:0.00}{Value(line, "readMicroseconds"),11:0.00}{Value(line, "planMicroseconds"),11:0.000}{Value(line, "bytes"),10:0.0}{Value(line, "bytes") * rows / 1e6,10:0.0}{Value(line, "peakMiB"),11:N0}"));
            section.Add(line);
        }

        report.Keep(Name, section);
    }

    /// <summary>What a child process does: measures a line and prints it as JSON.</summary>
    /// <param name="arguments">After <see cref="Cell"/>: rows, classes, folder.</param>
    public static int Measure(IReadOnlyList<string> arguments)
    {
        var (rows, classes) = (int.Parse(arguments[0], CultureInfo.InvariantCulture), int.Parse(arguments[1], CultureInfo.InvariantCulture));
        // A small one first, so that what is compiled at its first use is not timed.
        new SoftTargetCost(1_000, 10, Directory.CreateDirectory(Path.Combine(arguments[2], "warm-up")).FullName).Measure();
        Console.WriteLine(new SoftTargetCost(rows, classes, arguments[2]).Measure().ToJsonString());
        return 0;
    }

    private static double Value(JsonObject line, string name) => line[name]!.GetValue<double>();

    private static JsonObject InChild(int rows, int classes, string folder)
    {
        using var process = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!,
            [Cell, rows.ToString(CultureInfo.InvariantCulture), classes.ToString(CultureInfo.InvariantCulture), folder])
        {
            RedirectStandardOutput = true,
        })!;
        var answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Directory.Delete(folder, recursive: true);
        return process.ExitCode == 0
            ? JsonNode.Parse(answer)!.AsObject()
            : throw new InvalidOperationException($"measuring {rows} rows of {classes} classes ended with exit code {process.ExitCode}");
    }
}
