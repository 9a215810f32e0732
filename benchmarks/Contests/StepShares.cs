using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Benchmarks.Harness;
using Benchmarks.Workload;

namespace Benchmarks.Contests;

/// <summary>Time of each part of a pretraining step, and of saving a checkpoint.</summary>
internal static class StepShares
{
    public const string Name = "shares";

    private const int WarmUpSteps = 3;
    private const int StepsPerPair = 3;

    public static void Run(Workbench bench, int pairs, Report report)
    {
        using var pretraining = new Pretraining(bench);
        var run = pretraining.Run;
        run.Steps(WarmUpSteps);
        Phases[] steps = [.. Enumerable.Range(0, pairs * StepsPerPair).Select(_ => run.TimedStep())];
        var checkpoints = StageFolder.Checkpoints(bench.NewFolder());
        double[] saves = [.. Enumerable.Range(0, pairs).Select(step => Milliseconds(() => Save(step)))];

        Report.Heading(
            Name, FormattableString.Invariant($"milliseconds of a pretraining step, {steps.Length} steps; {pairs} checkpoints"));
        var section = new JsonObject();
        Line("data", phases => phases.Data);
        Line("forward and loss", phases => phases.Forward);
        Line("backward", phases => phases.Backward);
        Line("optimizer", phases => phases.Optimizer);
        Line("step", phases => phases.Total);
        var save = Spread.From(saves);
        Report.Line("saving a checkpoint", save, "ms");
        section["checkpoint"] = save.ToJson();
        report.Keep(Name, section);

        void Save(int step)
        {
            using var files = run.State.Files();
            files.Save(checkpoints, step, []);
        }

        void Line(string name, Func<Phases, double> part)
        {
            var time = Spread.From(steps.Select(phases => 1000 * part(phases)));
            var share = Spread.From(steps.Select(phases => part(phases) / phases.Total));
            Report.Line(name, time, "ms", string.Create(CultureInfo.InvariantCulture, $"{100 * share.Median:0.0} %"));
            section[name] = new JsonObject { ["milliseconds"] = time.ToJson(), ["share"] = share.ToJson() };
        }
    }

    private static double Milliseconds(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
