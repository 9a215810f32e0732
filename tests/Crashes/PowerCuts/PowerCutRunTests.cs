using System.Globalization;
using Distill.Learning.Randomness;
using Tests.Cli;
using Tests.Pipeline;
using Xunit.Abstractions;

namespace Tests.Crashes.PowerCuts;

/// <summary>
/// Power cuts during a whole run of the real command. From any state that a cut may leave, the same command ends with the bits of an
/// uninterrupted run, and calls nothing damaged. <c>make crash-test</c> cuts more often than <c>make test</c>.
/// </summary>
[Trait("Category", "Process")]
[Trait("Category", "Slow")]
public sealed class PowerCutRunTests(ITestOutputHelper output)
{
    private static int Cuts => int.Parse(Environment.GetEnvironmentVariable("DISTILL_RUN_CUTS") ?? "3", CultureInfo.InvariantCulture);

    [Fact]
    public void A_run_gives_the_same_bits_wherever_the_power_is_cut()
    {
        using var pipeline = new TinyPipeline();
        using var logs = new TempFolder();
        var log = logs["disk.log"];
        using (var process = new DistillProcess(pipeline.Folder, StartupHook.RecordingTo(log), "run"))
        {
            Assert.Equal(0, process.Finish().ExitCode);
        }

        var expected = Artifacts.Hash(pipeline);
        var (root, changes) = DiskLogFile.Read(log);
        Assert.True(changes.Count > 1000, $"only {changes.Count} changes seen");
        var random = RandomKey.FromSeed(Cuts);
        var (lostNames, resumed) = (0, 0);
        for (var number = 0; number < Cuts; number++)
        {
            var after = random.Below(number, changes.Count);
            // From 2 on, since the first two draws are the extremes.
            var state = new PowerCut(root, changes, after).Draw(random.Fold(number), 2 + number);
            state.Replace(pipeline.Folder);
            var again = DistillProcess.Run(pipeline.Folder, "run");
            var place = $"cut {number} after change {after} of {changes.Count}:\n{state}\n{again.Output}\n{again.Errors}";
            Assert.True(again.ExitCode == 0, place);
            Assert.False(again.Output.Contains("damaged", StringComparison.Ordinal), place);
            Artifacts.AssertEqual(expected, Artifacts.Hash(pipeline));
            lostNames += state.Entries.Keys.Count(path => path.EndsWith(".partial", StringComparison.Ordinal));
            resumed += again.Output.Contains(": resumes from ", StringComparison.Ordinal) ? 1 : 0;
        }

        output.WriteLine($"{Cuts} cuts among {changes.Count} changes, {lostNames} partial files and folders, {resumed} trainings resumed");
    }
}
