using System.Globalization;
using Tests.Cli;
using Tests.Learning;
using Tests.Pipeline;
using Tests.Pretrain;
using Xunit.Abstractions;

namespace Tests.Crashes;

/// <summary>
/// A long training with monitors and checkpoints. It has no more tensors at its end than near its start, and uses no more memory than in
/// its middle. <c>make crash-test</c> takes 2,000 steps.
/// </summary>
[Trait("Category", "Slow")]
[Collection(TorchTests.Name)]
public class SoakTests(ITestOutputHelper output)
{
    // In the second half. glibc's heaps grew there by 2 to 26 MiB when this was measured.
    private const double MaximumGrowth = 48 << 20;

    // Fewer steps end before those heaps are filled.
    private const int MinimumSteps = 2000;

    private static int Steps => int.Parse(Environment.GetEnvironmentVariable("DISTILL_SOAK_STEPS") ?? "400", CultureInfo.InvariantCulture);

    [Fact]
    public void The_number_of_tensors_does_not_grow()
    {
        using var folder = new TempFolder();
        var counts = new List<long>();
        TinyPretraining.Run(
            folder, TinyPretraining.Options(keys: 64, steps: Steps), new CancellationTokenSource(), cancelAt: null, counts);

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Steps} steps, {counts.Count} readings: {counts.Min()} to {counts.Max()} tensors"));
        Assert.InRange(counts.Skip(counts.Count / 5).Max() - counts.Skip(counts.Count / 5).Min(), 0, 2);
    }

    [Fact]
    [Trait("Category", "Process")]
    public void Memory_does_not_grow()
    {
        var steps = Math.Max(Steps, MinimumSteps);
        using var pipeline = new TinyPipeline(json =>
        {
            json["pretrain"]!["steps"] = steps;
            json["checkpointEverySeconds"] = 0.5;
        });
        using var process = new DistillProcess(pipeline.Folder, "run");
        var training = new Thread(() =>
        {
            while (process.ReadLine() is { } line && !line.StartsWith("pretrain: done in ", StringComparison.Ordinal))
            {
            }
        });
        training.Start();
        var readings = new List<double>();
        while (!training.Join(20))
        {
            readings.Add(ResidentBytes(process.Id));
        }

        process.Kill();

        // glibc gives new threads their own heaps, up to eight per core. The first half of the steps fills them.
        double[] settled = [.. readings.Skip(readings.Count / 2)];
        var growth = settled[^(settled.Length / 10)..].Average() - settled[..(settled.Length / 10)].Average();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{steps} steps, {readings.Count} readings: {settled.Min() / (1 << 20):0} to {settled.Max() / (1 << 20):0} MiB, "
            + $"{growth / (1 << 20):0} more at the end than in the middle"));
        Assert.True(readings.Count > 20, "too few readings");
        Assert.InRange(growth, double.NegativeInfinity, MaximumGrowth);
    }

    private static double ResidentBytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        var kibibytes = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1];
        return 1024 * double.Parse(kibibytes, CultureInfo.InvariantCulture);
    }
}
