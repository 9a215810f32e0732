using Benchmarks.Harness;
using Benchmarks.Workload;
using Stages.Distill;
using Stages.Imaging.Loading;
using Stages.Imaging.SoftTargets;
using Stages.Learning.Losses;
using Stages.Learning.Networks;
using Stages.Learning.Networks.Folded;
using static TorchSharp.torch;

namespace Benchmarks.Contests;

/// <summary>A distillation step from stored soft targets, and the same with the teacher asked in each step about the same views, in two ways.</summary>
internal static class DistillContest
{
    public const string Name = "distill";

    public static void Run(Workbench bench, TurnTaking turns, Report report)
    {
        var (options, settings, images) = (bench.Distill, bench.Settings, bench.Images);
        var targets = SoftTargetTable.Read(bench.Label(bench.Dataset), images.ClassNames.Count, images.Count);
        var random = settings.Random("distill");
        using var bank = ImageBank.Open(images, settings.Compute.Device, settings.LoaderThreads);
        using var student = Student();
        using var task = new SoftTargetTask(student, Student, bank, targets, labelled: null, options, settings.Compute, random);
        using var run = new TrainingRun(task, options.Training, settings);

        using var teacher = bench.LoadTeacher();
        using var form = FoldedNetwork.Of(teacher, settings.Compute);
        var asking = new Asking(form, settings.Compute);
        var share = (options.Training.BatchSize + asking.Workers - 1) / asking.Workers;
        Tensor? teacher_NK = null;

        var about = FormattableString.Invariant($"{options.Training.BatchSize} views a step");
        var contest = new Contest(
            Name,
            about,
            [
                new("stored soft targets", run.Steps),
                new("teacher in the loop, a part a core", WithTeacher(views_NCHW => asking.Outputs(views_NCHW, share))),
                new("teacher in the loop, one batch", WithTeacher(form.Forward)),
            ]);
        report.Add(contest, turns.Run(contest));

        ResNet Student() => ResNet.Of(options.Network, images.Shape.Channels, targets.Classes, settings.Compute, random);

        // Which way of asking is faster depends on the number of cores.
        Func<int, Reading> WithTeacher(Func<Tensor, Tensor> ask) => steps => run.Steps(steps, step => Views(step, ask), LossFromTeacher);

        Tensor Views(long step, Func<Tensor, Tensor> ask)
        {
            var views_NCHW = task.Inputs(step);
            teacher_NK = ask(views_NCHW);
            return views_NCHW;
        }

        Tensor LossFromTeacher(long step, Tensor outputs_NK) =>
            SoftTargetLoss.CrossEntropy(outputs_NK, teacher_NK!, options.TeacherTemperature, options.StudentTemperature);
    }
}
