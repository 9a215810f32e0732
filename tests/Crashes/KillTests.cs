using System.Globalization;
using Distill.Learning.Randomness;
using Tests.Cli;

namespace Tests.Crashes;

/// <summary>
/// <c>kill -9</c> in every stage, real processes, then again: what comes out has the bits of a run that was never cut, and
/// no finished stage runs twice. <c>make crash-test</c> is the same with many kills a stage.
/// </summary>
public class KillTests
{
    private static readonly string[] Stages =
        ["pretrain", "finetune", "supervised", "label", "distill", "label-2", "self-distill", "evaluate", "temperature", "export", "publish", "report"];

    // In milliseconds; short, because on a fast machine a stage of the tiny pipeline is over in some hundred of them.
    private const int MaximumWait = 100;

    private static int KillsPerStage => int.Parse(
        Environment.GetEnvironmentVariable("DISTILL_KILLS_PER_STAGE") ?? "1", CultureInfo.InvariantCulture);

    [Fact]
    public void A_run_that_was_killed_in_every_stage_ends_in_the_bits_of_an_uncut_one()
    {
        using var uncut = new TinyPipeline();
        using var cut = new TinyPipeline();
        Assert.Equal(0, DistillProcess.Run(uncut.Folder, "run").ExitCode);

        var random = RandomKey.FromSeed(KillsPerStage);
        var draw = 0;
        var killed = 0;
        var finished = new HashSet<string>();
        foreach (var stage in Stages)
        {
            for (var kill = 0; kill < KillsPerStage; kill++)
            {
                killed += KillIn(stage, cut.Folder, random.Below(draw++, MaximumWait), finished) ? 1 : 0;
            }
        }

        var last = DistillProcess.Run(cut.Folder, "run");

        Assert.True(last.ExitCode == 0, last.Errors);
        Assert.True(killed > Stages.Length / 2, $"only {killed} kills hit a running stage");
        Artifacts.Same(Artifacts.Of(uncut), Artifacts.Of(cut));
    }

    /// <summary>Runs until <paramref name="stage"/> begins, waits, and kills. False where the stage was over before the kill.</summary>
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
                // An earlier kill came too late for this stage; running on would leave nothing for the later ones.
                process.Kill();
                return false;
            }

            if (name == stage)
            {
                // Where the kill lands is luck; that it must not matter is the test.
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
