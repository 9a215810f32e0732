using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Distill.Learning.Randomness;
using Tests.Cli;
using Xunit.Abstractions;

namespace Tests.Crashes.Ranks;

/// <summary>
/// SIGKILLs of one of two ranks at random times. All ranks end soon, and the same command resumes, until the run ends in the bits of one
/// process. <c>make crash-test</c> kills a thousand ranks, in several pipelines at a time.
/// </summary>
[Trait("Category", "Process")]
[Trait("Category", "Slow")]
public class RankKillTests(ITestOutputHelper output)
{
    // A tiny run of two ranks takes a few seconds, most of it to start.
    private const int MostMilliseconds = 9000;

    // As shells tell of SIGKILL.
    private const int Killed = 128 + 9;

    private readonly Lock _counting = new();
    private readonly List<string> _places = [];
    private int _pipelines;
    private TimeSpan _longest;

    private static int Kills => int.Parse(Environment.GetEnvironmentVariable("DISTILL_RANK_KILLS") ?? "3", CultureInfo.InvariantCulture);

    [MpiFact]
    public async Task Killed_ranks_end_all_and_the_run_resumes_to_the_same_bits()
    {
        using var alone = new TinyPipeline();
        using var process = new DistillProcess(alone.Folder, new Dictionary<string, string?> { ["OMP_NUM_THREADS"] = "1" }, "run");
        Assert.Equal(0, process.Finish().ExitCode);
        var expected = Artifacts.Hash(alone);

        // Most of a run is work of rank 0 alone, so several at a time keep two cores busy.
        var atOnce = Kills < 100 ? 1 : 3;
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(number => Task.Run(() => Storm(RandomKey.FromSeed(number), expected))));
        output.WriteLine(FormattableString.Invariant(
            $"{_places.Count} ranks killed, {_pipelines} pipelines finished; {_longest.TotalSeconds:0.0} s at most until all end"));
        foreach (var place in _places.CountBy(place => place).OrderByDescending(count => count.Value))
        {
            output.WriteLine(FormattableString.Invariant($"{place.Value,6}  after a line of {place.Key}"));
        }
    }

    /// <summary>Kills ranks of one pipeline after the other until there are enough.</summary>
    private void Storm(RandomKey random, SortedDictionary<string, string> expected)
    {
        var draw = 0;
        while (_places.Count < Kills)
        {
            using var pipeline = new TinyPipeline();
            while (!Run(pipeline, random.Below(draw++, MostMilliseconds), random.Below(draw++, 2)))
            {
            }

            Artifacts.AssertEqual(expected, Artifacts.Hash(pipeline));
            lock (_counting)
            {
                _pipelines++;
            }
        }
    }

    /// <summary>Starts or resumes a run, and kills a rank unless there were enough. Returns whether the run reached its end.</summary>
    private bool Run(TinyPipeline pipeline, int milliseconds, int rank)
    {
        using var process = MpiFactAttribute.Start(2, pipeline.Folder, "run");
        var isKilled = false;
        if (_places.Count < Kills)
        {
            Thread.Sleep(milliseconds);
            // Close to its end, the run may have no ranks any more.
            if (MpiFactAttribute.RunningProcessOf(process, rank) is { } running)
            {
                Process.Start("kill", ["-9", $"{running}"]).WaitForExit();
                isKilled = true;
            }
        }

        var clock = Stopwatch.StartNew();
        var outcome = process.Finish();
        if (outcome.ExitCode == 0)
        {
            return true;
        }

        Assert.True(isKilled && outcome.ExitCode == Killed, $"exit code {outcome.ExitCode}: {outcome.Output}{outcome.Errors}");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), outcome.Errors);
        lock (_counting)
        {
            _longest = clock.Elapsed > _longest ? clock.Elapsed : _longest;
            _places.Add(LastStageOf(outcome.Output));
            StormProgress.Show(_places.Count, Kills, _pipelines);
        }

        return false;
    }

    /// <summary>Returns the stage that printed the last line.</summary>
    private static string LastStageOf(string output) =>
        Regex.Matches(output, "^([a-z0-9-]+):", RegexOptions.Multiline).LastOrDefault()?.Groups[1].Value ?? "nothing";
}
