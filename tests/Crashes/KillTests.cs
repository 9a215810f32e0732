using System.Globalization;
using Distill.Learning.Randomness;
using Tests.Cli;

namespace Tests.Crashes;

/// <summary>
/// <c>kill -9</c> of the real command in every stage. The result has the bits of an uninterrupted run, and no finished stage runs twice.
/// <c>make crash-test</c> does the same with many kills per stage.
/// </summary>
[Trait("Category", "Process")]
[Trait("Category", "Slow")]
public class KillTests
{
    private static readonly string[] Stages =
        ["pretrain", "finetune", "supervised", "label", "distill", "label-2", "self-distill",
            "evaluate", "temperature", "export", "publish", "report"];

    // Short, because on a fast machine a stage of the tiny pipeline takes a few hundred milliseconds.
    private const int LongestWaitMilliseconds = 100;

    private static int KillsPerStage => int.Parse(
        Environment.GetEnvironmentVariable("DISTILL_KILLS_PER_STAGE") ?? "1", CultureInfo.InvariantCulture);

    [Fact]
    public void A_run_that_is_killed_in_every_stage_gives_the_same_bits()
    {
        using var uninterrupted = new TinyPipeline();
        using var killedPipeline = new TinyPipeline();
        Assert.Equal(0, DistillProcess.Run(uninterrupted.Folder, "run").ExitCode);

        var random = RandomKey.FromSeed(KillsPerStage);
        var draw = 0;
        var killed = 0;
        var finished = new HashSet<string>();
        foreach (var stage in Stages)
        {
            for (var kill = 0; kill < KillsPerStage; kill++)
            {
                killed += KillIn(stage, killedPipeline.Folder, random.Below(draw++, LongestWaitMilliseconds), finished) ? 1 : 0;
            }
        }

        var last = DistillProcess.Run(killedPipeline.Folder, "run");

        Assert.True(last.ExitCode == 0, last.Errors);
        Assert.True(killed > Stages.Length / 2, $"only {killed} kills hit a running stage");
        Artifacts.AssertEqual(Artifacts.Hash(uninterrupted), Artifacts.Hash(killedPipeline));
    }

    /// <summary>Runs until <paramref name="stage"/> starts, waits, and kills. False if the stage was done before the kill.</summary>
    private static bool KillIn(string stage, string folder, int milliseconds, HashSet<string> finished)
    {
        using var process = new DistillProcess(folder, "run");
        while (process.ReadLine() is { } line)
        {
            var name = Began(line);
            Assert.False(name is not null && finished.Contains(name), $"{name} ran again after it was done: {line}");
            if (Ended(line) is { } done)
            {
                finished.Add(done);
            }

            if (line == $"{stage}: already done")
            {
                // An earlier kill came too late for this stage. Continuing would leave nothing for the later kills.
                process.Kill();
                return false;
            }

            if (name == stage)
            {
                // The exact moment of the kill is random, and must not matter.
                Thread.Sleep(milliseconds);
                process.Kill();
                finished.UnionWith(process.Finish().Output.Split('\n').Select(Ended).OfType<string>());
                return !finished.Contains(stage);
            }
        }

        process.Finish();
        return false;
    }

    private static string? Began(string line) =>
        line.StartsWith('[') && line.Contains(']') ? line[(line.IndexOf(' ') + 1)..line.IndexOf(':')] : null;

    private static string? Ended(string line) =>
        line.Contains(": done in ", StringComparison.Ordinal) ? line[..line.IndexOf(':')] : null;
}
