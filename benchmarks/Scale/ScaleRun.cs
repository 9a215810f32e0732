using System.Text.Json.Nodes;
using Benchmarks.Harness;
using Benchmarks.Workload;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Benchmarks.Scale;

/// <summary>
/// Runs <c>benchmarks scale</c>: measures the cost per image while images, classes and batches grow, to find work that is worse than
/// linear.
/// </summary>
internal static class ScaleRun
{
    /// <exception cref="UserException">The axis does not exist.</exception>
    public static int Run(ScaleOptions options, string root)
    {
        using var bench = new Workbench(root);
        var axes = new Axes(bench.Settings, bench.NewFolder()).All(options.Images);
        if (options.Only is { } only && axes.All(axis => axis.Name != only))
        {
            throw new UserException($"found --only {only}, expected {string.Join(", ", axes.Select(axis => axis.Name))}");
        }

        var settings = FormattableString.Invariant($"{bench.Settings.Compute}, {get_num_threads()} threads, seed {bench.Settings.Seed}");
        Console.WriteLine($"{Machine.Processor}; {settings}");
        Console.WriteLine(options.MakeCommand);
        var report = new ScaleReport();
        foreach (var axis in axes.Where(axis => options.Only is null || axis.Name == options.Only))
        {
            Console.WriteLine();
            Console.WriteLine(ScaleReport.Heading(axis));
            foreach (var load in axis.Loads)
            {
                Console.WriteLine(report.Add(axis, load, [.. axis.Sizes.Select(load.Measure)]));
            }
        }

        report.Save(Path.Combine(root, "models", "bench", "scale.json"), new JsonObject
        {
            ["utc"] = TimeProvider.System.GetUtcNow().UtcDateTime,
            ["processor"] = Machine.Processor,
            ["settings"] = settings,
            ["command"] = options.MakeCommand,
        });
        Console.WriteLine();
        Console.WriteLine("also in models/bench/scale.json");
        return 0;
    }
}
