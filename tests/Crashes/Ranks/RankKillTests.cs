using System.Diagnostics;
using System.Globalization;
using Distill.Learning.Randomness;
using Tests.Cli;
using Xunit.Abstractions;

namespace Tests.Crashes.Ranks;

/// <summary>
/// SIGKILLs of one of two ranks after random lines of output. All ranks end soon, and the same command resumes, until the run ends in the
/// bits of one process. <c>make crash-test</c> kills a thousand ranks, in several pipelines at a time.
/// </summary>
[Trait("Category", "Process")]
[Trait("Category", "Slow")]
public sealed class RankKillTests(ITestOutputHelper output) : IDisposable
{
    // From a line of output to the kill, so that it hits work between two lines, too.
    private const int MostMilliseconds = 300;

    // The exit code that shells report for SIGKILL.
    private const int Killed = 128 + 9;

    private readonly Lock _counting = new();
    private readonly List<string> _places = [];
    private readonly CancellationTokenSource _stop = new();
    private int _lines;
    private int _pipelines;
    private TimeSpan _longest;

    /// <summary>Whether more ranks are to be killed.</summary>
    private bool IsShort
    {
        get
        {
            lock (_counting)
            {
                return _places.Count < Kills;
            }
        }
    }

    private static int Kills => int.Parse(Environment.GetEnvironmentVariable("DISTILL_RANK_KILLS") ?? "2", CultureInfo.InvariantCulture);

    public void Dispose() => _stop.Dispose();

    [MpiFact]
    public async Task Killed_ranks_end_all_and_the_run_resumes_to_the_same_bits()
    {
        using var alone = new TinyPipeline();
        using var process = new DistillProcess(alone.Folder, new Dictionary<string, string?> { ["OMP_NUM_THREADS"] = "1" }, "run");
        Assert.Equal(0, process.Finish().ExitCode);
        var expected = Artifacts.Hash(alone);

        using var uncut = new TinyPipeline();
        using var whole = MpiFactAttribute.Start(2, uncut.Folder, "run");
        while (whole.ReadLine() is not null)
        {
            _lines++;
        }

        Assert.Equal(0, whole.Finish().ExitCode);
        Artifacts.AssertEqual(expected, Artifacts.Hash(uncut));

        // Most of a run is work of rank 0 alone, so several at a time keep two cores busy.
        var atOnce = Kills < 100 ? 1 : 3;
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(number => Task.Run(() => StopAllAfterFault(() =>
            Storm(RandomKey.FromSeed(number), expected)))));
        output.WriteLine(FormattableString.Invariant(
            $"{_places.Count} ranks killed, {_pipelines} pipelines finished; {_longest.TotalSeconds:0.0} s at most until all end"));
        foreach (var place in _places.CountBy(place => place).OrderByDescending(count => count.Value))
        {
            output.WriteLine(FormattableString.Invariant($"{place.Value,6}  after a line of {place.Key}"));
        }
    }

    private void StopAllAfterFault(Action storm)
    {
        try
        {
            storm();
        }
        catch
        {
            _stop.Cancel();
            throw;
        }
    }

    /// <summary>Kills ranks of one pipeline after the other until there are enough.</summary>
    private void Storm(RandomKey random, SortedDictionary<string, string> expected)
    {
        var draw = 0;
        // Most pipelines see some kills, so without any of them something is wrong.
        for (var pipelines = 0; IsShort && !_stop.IsCancellationRequested; pipelines++)
        {
            Assert.True(pipelines < 20 * Kills, $"{pipelines} pipelines finished, but only {_places.Count} ranks could be killed");
            using var pipeline = new TinyPipeline();
            while (!Run(pipeline, random.Below(draw++, _lines), random.Below(draw++, MostMilliseconds), random.Below(draw++, 2)))
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
    private bool Run(TinyPipeline pipeline, int lines, int milliseconds, int rank)
    {
        using var process = MpiFactAttribute.Start(2, pipeline.Folder, "run");
        var (isKilled, last) = (false, "");
        if (IsShort)
        {
            for (var line = 0; line < lines && process.ReadLine() is { } text; line++)
            {
                last = text;
            }

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
            _places.Add(StageOf(last));
            StormProgress.Show(_places.Count, Kills, _pipelines);
        }

        return false;
    }

    /// <summary>Returns the stage that printed a line.</summary>
    private static string StageOf(string line) => line.Split(':') is [var stage, _, ..] ? stage.Split(' ')[^1]
        : line.Length == 0 ? "nothing"
        : "results";
}
