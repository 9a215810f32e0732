using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Distill.Learning.Randomness;
using Tests.Cli;
using Tests.Pipeline;
using Xunit.Abstractions;

namespace Tests.Crashes;

/// <summary>
/// SIGKILLs of the real command at random storage operations: while checkpoints, the run manifest, soft targets and models are written,
/// renamed and pruned. Every pipeline resumes without help and gives the bits of an uninterrupted one. <c>make crash-test</c> does the same
/// with a thousand kills.
/// </summary>
[Trait("Category", "Process")]
[Trait("Category", "Slow")]
public class KillStormTests(ITestOutputHelper output)
{
    // Operation at which a process dies, and the highest number of such an operation that is drawn.
    private static readonly (string Place, int Most)[] Moments =
    [
        ("make folder checkpoint", 8), ("create checkpoint", 24), ("write checkpoint", 400), ("sync checkpoint", 24),
        ("rename folder checkpoint", 8),
        ("prune checkpoint", 6), ("delete folder checkpoint", 6), ("sync folder checkpoint", 24),
        ("create lock", 8), ("write lock", 8), ("sync lock", 8), ("rename lock", 8),
        ("write soft targets", 20), ("sync soft targets", 2), ("rename soft targets", 2),
        ("append metrics", 12), ("write metrics", 12), ("write published model", 30), ("rename published model", 6),
        ("sync folder other", 20), ("write other", 60), ("rename other", 6),
    ];

    private static int Kills => int.Parse(Environment.GetEnvironmentVariable("DISTILL_KILLS") ?? "6", CultureInfo.InvariantCulture);

    [Fact]
    public void A_run_gives_the_same_bits_wherever_it_is_killed()
    {
        using var uninterrupted = new TinyPipeline();
        Assert.Equal(0, DistillProcess.Run(uninterrupted.Folder, "run").ExitCode);
        var expected = Artifacts.Hash(uninterrupted);

        using var logs = new TempFolder();
        var log = logs["kills.log"];
        var random = RandomKey.FromSeed(Kills);
        var (draw, kills, pipelines, mostLost) = (0, 0, 0, 0L);
        var resumed = new List<double>();
        while (kills < Kills)
        {
            using var pipeline = new TinyPipeline();
            while (kills < Kills)
            {
                var (name, most) = Moments[random.Below(draw++, Moments.Length)];
                var number = 1 + random.Below(draw++, most);
                var part = random.Below(draw++, 2) == 0 ? "half" : "whole";
                var place = string.Create(CultureInfo.InvariantCulture, $"{name}:{number}:{part}");
                var outcome = Run(pipeline, place, log, resumed);
                if (outcome.ExitCode == 0)
                {
                    break;
                }

                Assert.True(outcome.ExitCode == 137, $"after a kill, {place} ended with {outcome.ExitCode}: {outcome.Errors}");
                kills++;
                StormProgress.Show(kills, Kills, pipelines);
                mostLost = Math.Max(mostLost, LostSteps(pipeline));
            }

            var last = DistillProcess.Run(pipeline.Folder, "run");
            Assert.True(last.ExitCode == 0, last.Errors);
            pipelines++;
            Artifacts.AssertEqual(expected, Artifacts.Hash(pipeline));
            Assert.Empty(Directory.EnumerateFileSystemEntries(pipeline.Folder, "*.partial", SearchOption.AllDirectories));
        }

        Report(File.ReadAllLines(log), pipelines, mostLost, resumed);

        // A checkpoint is saved after every step, so a kill can lose only the step that was just taken.
        Assert.InRange(mostLost, 0, 1);
    }

    private static DistillProcess.Outcome Run(TinyPipeline pipeline, string place, string log, List<double> resumed)
    {
        var clock = Stopwatch.StartNew();
        using var process = new DistillProcess(pipeline.Folder, StartupHook.KillingAt(place, log), "run");
        while (process.ReadLine() is { } line)
        {
            if (line.Contains(": resumes from ", StringComparison.Ordinal))
            {
                resumed.Add(clock.Elapsed.TotalSeconds);
                break;
            }
        }

        return process.Finish();
    }

    /// <summary>Returns the largest number of steps that a stage logged after its newest complete checkpoint.</summary>
    private static long LostSteps(TinyPipeline pipeline) => !Directory.Exists(pipeline.Models)
        ? 0
        : Directory.EnumerateFiles(pipeline.Models, "metrics.jsonl", SearchOption.AllDirectories)
            .Where(path => !path.Contains("checkpoints"))
            .Select(path => StepsLogged(path) - StepsSaved(Path.Combine(Path.GetDirectoryName(path)!, "checkpoints")))
            .Append(0)
            .Max();

    private static long StepsLogged(string path) => File.ReadLines(path).Select(StepOf).Append(0).Max();

    // The last line may be incomplete.
    private static long StepOf(string line) => line.EndsWith('}') ? JsonNode.Parse(line)!["step"]?.GetValue<long>() ?? 0 : 0;

    private static long StepsSaved(string checkpoints) => !Directory.Exists(checkpoints)
        ? 0
        : Directory.EnumerateDirectories(checkpoints, "step-*")
            .Where(folder => !folder.EndsWith(".partial", StringComparison.Ordinal))
            .Select(folder => long.Parse(Path.GetFileName(folder)["step-".Length..], CultureInfo.InvariantCulture))
            .Append(0)
            .Max();

    private void Report(string[] places, int pipelines, long mostLost, List<double> resumed)
    {
        var median = resumed.Order().ElementAt(resumed.Count / 2);
        output.WriteLine(FormattableString.Invariant(
            $"{places.Length} kills, {pipelines} pipelines finished, at most {mostLost} steps lost"));
        output.WriteLine(FormattableString.Invariant(
            $"{resumed.Count} during a training, which resumed after {median:0.00} s (median), {resumed.Max():0.00} s (longest)"));
        foreach (var place in places.CountBy(place => place).OrderByDescending(count => count.Value))
        {
            output.WriteLine(FormattableString.Invariant($"{place.Value,6}  {place.Key}"));
        }
    }
}
