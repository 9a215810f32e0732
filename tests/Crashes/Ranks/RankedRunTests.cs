using System.Diagnostics;
using System.Globalization;
using Distill.Learning.Randomness;
using Tests.Cli;
using Xunit.Abstractions;

namespace Tests.Crashes.Ranks;

/// <summary>
/// The real command in several processes of Open MPI, which die, stop or are asked to stop. The run ends in the bits of one process, or all
/// ranks end soon and the next run resumes. <c>make crash-test</c> kills a thousand ranks.
/// </summary>
[Trait("Category", "Process")]
[Trait("Category", "Slow")]
public class RankedRunTests(ITestOutputHelper output)
{
    // A tiny run of two ranks takes a few seconds, most of it to start.
    private const int MostMilliseconds = 9000;

    private static int Kills => int.Parse(Environment.GetEnvironmentVariable("DISTILL_RANK_KILLS") ?? "4", CultureInfo.InvariantCulture);

    [MpiFact]
    public void Two_ranks_end_in_the_bits_of_one_process()
    {
        using var one = Pipeline();
        using var two = Pipeline();
        var expected = Alone(one);
        using var process = MpiFactAttribute.Start(2, two.Folder, "run");
        var outcome = process.Finish();
        Assert.True(outcome.ExitCode == 0, outcome.Output + outcome.Errors);
        Artifacts.AssertEqual(expected, Artifacts.Hash(two));
        Assert.Contains("pretrain: done in", outcome.Output, StringComparison.Ordinal);
        // Each line is printed once.
        Assert.Single(outcome.Output.Split('\n'), line => line.StartsWith("pretrain: done in", StringComparison.Ordinal));
    }

    [MpiFact]
    public void Killed_ranks_end_all_and_the_run_resumes_to_the_same_bits()
    {
        using var one = Pipeline();
        var expected = Alone(one);
        var random = RandomKey.FromSeed(Kills);
        var (draw, kills, longest) = (0, 0, TimeSpan.Zero);
        while (kills < Kills)
        {
            using var pipeline = Pipeline();
            while (true)
            {
                using var process = MpiFactAttribute.Start(2, pipeline.Folder, "run");
                if (kills < Kills)
                {
                    Thread.Sleep(random.Below(draw++, MostMilliseconds));
                    var rank = random.Below(draw++, 2);
                    if (process.IsRunning)
                    {
                        Process.Start("kill", ["-9", $"{MpiFactAttribute.ProcessOf(process, rank)}"]).WaitForExit();
                        kills++;
                    }
                }

                var clock = Stopwatch.StartNew();
                var outcome = process.Finish();
                if (outcome.ExitCode == 0)
                {
                    break;
                }

                longest = clock.Elapsed > longest ? clock.Elapsed : longest;
                Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), outcome.Errors);
                Assert.Contains("signal 9", outcome.Output + outcome.Errors, StringComparison.Ordinal);
            }

            Artifacts.AssertEqual(expected, Artifacts.Hash(pipeline));
        }

        output.WriteLine($"{kills} ranks killed; all ended within {longest.TotalSeconds:0.0} s");
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

    [MpiFact]
    public void A_signal_stops_all_ranks_and_one_process_resumes_to_the_same_bits()
    {
        using var one = Pipeline();
        using var two = Pipeline();
        var expected = Alone(one);
        using (var process = MpiFactAttribute.Start(2, two.Folder, "run"))
        {
            process.ReadUntil("pretrain: step");
            process.Signal("USR1");
            var outcome = process.Finish();
            Assert.Equal(130, outcome.ExitCode);
            Assert.Contains("Interrupted. Progress is saved", outcome.Errors, StringComparison.Ordinal);
        }

        Artifacts.AssertEqual(expected, Alone(two));
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

    private static SortedDictionary<string, string> Alone(TinyPipeline pipeline)
    {
        using var process = new DistillProcess(pipeline.Folder, new Dictionary<string, string?> { ["OMP_NUM_THREADS"] = "1" }, "run");
        var outcome = process.Finish();
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return Artifacts.Hash(pipeline);
    }
}
