using System.Diagnostics;
using System.Text.Json.Nodes;
using Tests.Cli;

namespace Tests.Crashes.Ranks;

/// <summary>
/// The real command in several processes of Open MPI, which die, stop or are asked to stop. The run ends in the bits of one process, or all
/// ranks end soon and the next run resumes.
/// </summary>
[Trait("Category", "Process")]
[Trait("Category", "Slow")]
public class RankedRunTests
{
    // What one process makes of the usual tiny pipeline.
    private static readonly Lazy<SortedDictionary<string, string>> Expected = new(() =>
    {
        using var pipeline = Pipeline();
        return Alone(pipeline);
    });

    [MpiFact]
    public void Two_ranks_with_a_queue_labels_rivals_and_an_online_teacher_end_in_the_bits_of_one_process()
    {
        using var one = new TinyPipeline(Change);
        using var two = new TinyPipeline(Change);
        var expected = Alone(one);
        using var process = MpiFactAttribute.Start(2, two.Folder, "run");
        var outcome = process.Finish();
        Assert.True(outcome.ExitCode == 0, outcome.Output + outcome.Errors);
        Artifacts.AssertEqual(expected, Artifacts.Hash(two));
        // Each line is printed once.
        Assert.Single(outcome.Output.Split('\n'), line => line.StartsWith("pretrain: done in", StringComparison.Ordinal));

        static void Change(JsonObject json)
        {
            json["pretrain"]!["queue"] = new JsonObject { ["size"] = 64 };
            json["finetune"]!["groups"] = 2;
            json["finetune"]!["unlabeled"] = new JsonObject { ["ratio"] = 2, ["threshold"] = 0.2 };
            var student = json["rounds"]!["distill"]!["student"]!;
            (student["groups"], student["alpha"]) = (2, 0.5);
            json["rounds"]!["self-distill"]!["targets"] = "online";
            json["neighbors"] = new JsonObject { ["count"] = 4 };
            student["neighborWeight"] = 0.5;
            json["rivals"] = JsonNode.Parse("""
                {
                  "views": 120, "batchSize": 4, "groups": 2, "network": { "architecture": "resnet18", "width": 0.125 },
                  "vat": { "ratio": 2 }, "s4l": { "ratio": 2 }, "uda": { "ratio": 2, "threshold": 0.1 },
                  "instdisc": { "batchSize": 16, "groups": 2 }
                }
                """);
        }
    }

    /// <summary>The groups of all trainings are 1 here, and a part of a group can only end close to the whole.</summary>
    [MpiFact]
    public void Two_ranks_that_share_every_group_end_close_to_one_process()
    {
        using var one = new TinyPipeline(Change);
        using var two = new TinyPipeline(Change);
        RunAlone(one, "--until", "distill");
        using var process = MpiFactAttribute.Start(2, two.Folder, "run", "--until", "distill");
        var outcome = process.Finish();
        Assert.True(outcome.ExitCode == 0, outcome.Output + outcome.Errors);
        foreach (var stage in new[] { "pretrain", "finetune", "supervised", "distill" })
        {
            var (expected, actual) = (LossesOf(one, stage), LossesOf(two, stage));
            Assert.NotEmpty(expected);
            Assert.Equal(expected.Length, actual.Length);
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 0.01));
        }

        static void Change(JsonObject json)
        {
            json["batchNorm"] = "global";
            json["pretrain"]!["groups"] = 1;
            json["finetune"]!["unlabeled"] = new JsonObject { ["ratio"] = 2, ["threshold"] = 0.2 };
            json["pretrain"]!["queue"] = new JsonObject { ["size"] = 64 };
            json["rounds"]!["distill"]!["student"]!["alpha"] = 0.5;
        }
    }

    [MpiFact]
    public void A_silent_rank_is_named_and_ends_all()
    {
        using var pipeline = Pipeline(steps: 2000);
        using var process = MpiFactAttribute.Start(2, pipeline.Folder, "run");
        process.ReadUntil("pretrain: step");
        var hung = MpiFactAttribute.ProcessOf(process, 1);
        var clock = Stopwatch.StartNew();
        Process.Start("kill", ["-STOP", $"{hung}"]).WaitForExit();
        var outcome = process.Finish();
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), outcome.Errors);
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains($"rank 1 (process {hung} on ", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("Progress is saved; run the same command again to resume.", outcome.Errors, StringComparison.Ordinal);
    }

    /// <summary>A scheduler signals mpirun, which passes it on; one rank alone may get a signal too.</summary>
    [MpiFact]
    public void A_signal_stops_all_ranks_and_one_process_resumes_to_the_same_bits()
    {
        using var two = Pipeline();
        foreach (var stage in new[] { "pretrain", "self-distill" })
        {
            using var process = MpiFactAttribute.Start(2, two.Folder, "run");
            process.ReadUntil($"{stage}: step");
            var signaled = stage == "pretrain" ? process.Id : MpiFactAttribute.ProcessOf(process, 1);
            Process.Start("kill", ["-USR1", $"{signaled}"]).WaitForExit();
            var outcome = process.Finish();
            Assert.True(outcome.ExitCode == 130, outcome.Errors);
            Assert.Contains("Interrupted. Progress is saved", outcome.Errors, StringComparison.Ordinal);
        }

        Artifacts.AssertEqual(Expected.Value, Alone(two));
    }

    [MpiFact]
    public void Groups_that_the_ranks_cannot_share_are_refused_once()
    {
        using var pipeline = Pipeline();
        using var process = MpiFactAttribute.Start(3, pipeline.Folder, "run");
        var outcome = process.Finish();
        Assert.Equal(1, outcome.ExitCode);
        Assert.Single(
            outcome.Errors.Split('\n'),
            line => line.StartsWith("pretrain.groups: found 2, expected a multiple of 3, the number of ", StringComparison.Ordinal));
        Assert.False(Directory.Exists(pipeline.Models));
    }

    private static TinyPipeline Pipeline(int steps = 8) => new(json => json["pretrain"]!["steps"] = steps);

    private static double[] LossesOf(TinyPipeline pipeline, string stage) =>
    [
        .. File.ReadLines(Path.Combine(pipeline.Models, stage, "metrics.jsonl"))
            .Select(line => JsonNode.Parse(line)!["loss"]!.GetValue<double>()),
    ];

    private static SortedDictionary<string, string> Alone(TinyPipeline pipeline)
    {
        RunAlone(pipeline);
        return Artifacts.Hash(pipeline);
    }

    private static void RunAlone(TinyPipeline pipeline, params string[] options)
    {
        var oneThread = new Dictionary<string, string?> { ["OMP_NUM_THREADS"] = "1" };
        using var process = new DistillProcess(pipeline.Folder, oneThread, ["run", .. options]);
        var outcome = process.Finish();
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
    }
}
