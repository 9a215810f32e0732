using Benchmarks.Harness;
using Benchmarks.Workload;
using Distill.Distill;
using Distill.Imaging.Loading;
using Distill.Imaging.SoftTargets;
using Distill.Learning.Losses;
using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Benchmarks.Contests;

/// <summary>A distillation step with stored soft targets, and with the teacher run on the same views in each step.</summary>
internal static class DistillContest
{
    public const string Name = "distill";

    /// <summary>Widths of further teachers. Storing saves their cost, which grows with the square of the width.</summary>
    private static readonly double[] Widths = [0.5, 1];

    public static void Run(Workbench bench, TurnTaking turns, Report report)
    {
        var (options, settings, images) = (bench.Distill, bench.Settings, bench.Images);
        var folder = bench.Label(bench.Dataset);
        var groups = SoftTargetTable.Groups(folder, images.ClassNames.Count, images.Count);
        var random = settings.Random("distill");
        using var bank = ImageBank.Open(images, settings.Compute.Device, settings.LoaderThreads);
        using var student = Student();
        var reading = new SoftTargetReading(_ => { }, TimeProvider.System, CancellationToken.None);
        var targets = SoftTargetRowFile.Create(folder, groups, _ => true, settings.Compute.Device);
        using var stored = new StoredTargets(targets, smoothed: null, reading, frequencies: null, options, random);
        using var task = new SoftTargetTask(student, Student, bank, stored, labeled: null, options, settings.Compute, parts: 1);
        using var run = new TrainingRun(task, options.Training, settings);

        using var teacher = bench.LoadTeacher();
        using var form = InferenceNetwork.Create(teacher, settings.Compute);
        using var wider = new Teachers(bench, Widths);
        Tensor? teacher_NK = null;

        var about = FormattableString.Invariant($"{options.Training.BatchSize} views per step");
        var contest = new Contest(
            Name,
            about,
            [
                new("stored soft targets", run.Steps),
                new("teacher in the loop, one batch", WithTeacher(form.Forward)),
                new("teacher in the loop, one part per core", WithTeacher(PartPerCore(form))),
                .. wider.Forms.Select((wide, i) => new Candidate(
                    FormattableString.Invariant($"the same, teacher of width {Widths[i]}"), WithTeacher(PartPerCore(wide)))),
            ]);
        report.Add(contest, turns.Run(contest));

        ResNet Student() => ResNet.Create(options.Network, images.Shape.Channels, images.ClassNames.Count, settings.Compute, random);

        Func<Tensor, Tensor> PartPerCore(IInferenceModule folded)
        {
            var inference = new BatchedInference(folded, settings.Compute);
            var share = (options.Training.BatchSize + inference.Workers - 1) / inference.Workers;
            return views_NCHW => inference.Outputs(views_NCHW, share);
        }

        // One batch or one part per core: which is faster depends on the number of cores.
        Func<int, Reading> WithTeacher(Func<Tensor, Tensor> teach) =>
            steps => run.Steps(steps, step => Views(step, teach), LossFromTeacher);

        StepInputs Views(long step, Func<Tensor, Tensor> teach)
        {
            using var inputs = task.Inputs(step);
            var views_NCHW = inputs.All();
            teacher_NK = teach(views_NCHW);
            return StepInputs.Of(views_NCHW);
        }

        Tensor LossFromTeacher(long step, Tensor outputs_NK) =>
            SoftTargetLoss.CrossEntropy(outputs_NK, teacher_NK!, options.TeacherTemperature, options.StudentTemperature);
    }

    /// <summary>Untrained teachers in inference form. Their speed does not depend on their weights.</summary>
    private sealed class Teachers(Workbench bench, IEnumerable<double> widths) : IDisposable
    {
        private readonly nn.Module<Tensor, Tensor>[] _networks = [.. widths.Select(bench.NewTeacher)];

        private IInferenceModule[]? _forms;

        public IReadOnlyList<IInferenceModule> Forms =>
            _forms ??= [.. _networks.Select(network => InferenceNetwork.Create(network, bench.Settings.Compute))];

        public void Dispose()
        {
            foreach (var form in _forms ?? [])
            {
                form.Dispose();
            }

            foreach (var network in _networks)
            {
                network.Dispose();
            }
        }
    }
}
