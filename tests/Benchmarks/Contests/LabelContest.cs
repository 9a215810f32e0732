using System.Diagnostics;
using Benchmarks.Harness;
using Benchmarks.Reference;
using Benchmarks.Workload;
using Stages.Imaging.Evaluation;
using Stages.Imaging.Loading;
using Stages.Learning.Networks.Folded;

namespace Benchmarks.Contests;

/// <summary>The Label stage over the sample, from weights on the disk to soft targets on the disk; the network alone on ready views; PyTorch's.</summary>
internal static class LabelContest
{
    public const string Name = "label";

    public static void Run(Workbench bench, PyTorchProgram? pytorch, TurnTaking turns, Report report)
    {
        var (settings, images, views) = (bench.Settings, bench.Images, bench.Labelling.Views);
        using var bank = ImageBank.Open(images, settings.Compute.Device, settings.LoaderThreads);
        using var teacher = bench.LoadTeacher();
        using var form = FoldedNetwork.Of(teacher, settings.Compute);
        var asking = new Asking(form, settings.Compute);
        var random = settings.Random("label");
        using var ready_NCHW = bank.Cut(new ViewBatch(
        [
            .. Enumerable.Range(0, images.Count * views).Select(view =>
                bank.Draw(view / views, bench.Labelling.Crop, random.Fold(view / views).Fold(view % views))),
        ]));
        List<Contestant> contestants =
        [
            new("the Label stage", _ => Timed(() => bench.Label())),
            new("the network alone, ready views", _ => Timed(() => asking.Outputs(ready_NCHW, Inference.BatchSize(images.Shape, settings.Compute)).Dispose())),
        ];
        if (pytorch is not null)
        {
            contestants.AddRange(pytorch.Labelling());
        }

        var contest = new Contest(Name, FormattableString.Invariant($"{images.Count} images, {views} views each"), contestants, images.Count);
        report.Add(contest, turns.Run(contest));

        Reading Timed(Action work)
        {
            var clock = Stopwatch.StartNew();
            work();
            return new Reading(images.Count, clock.Elapsed.TotalSeconds);
        }
    }
}
