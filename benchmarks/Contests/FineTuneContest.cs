using Benchmarks.Harness;
using Benchmarks.Workload;
using Distill.Imaging.Training;

namespace Benchmarks.Contests;

/// <summary>A fine-tuning step. There is no other program to compare it with, only earlier measurements.</summary>
internal static class FineTuneContest
{
    public const string Name = "finetune";

    public static void Run(Workbench bench, TurnTaking turns, Report report)
    {
        using var network = bench.NewTeacher();
        using var labeled = LabeledImages.Load(bench.Dataset, bench.Labels, bench.Settings);
        using var task = bench.FineTuning(network, labeled);
        using var run = new TrainingRun(task, bench.FineTune.Training, bench.Settings);
        var about = FormattableString.Invariant($"{bench.FineTune.Training.BatchSize} images per step");
        var contest = new Contest(Name, about, [new("real data, augmented", run.Steps)]);
        report.Add(contest, turns.Run(contest));
    }
}
