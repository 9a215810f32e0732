using System.Diagnostics;
using Benchmarks.Harness;
using Benchmarks.Reference;
using Benchmarks.Workload;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Networks.Folded;

namespace Benchmarks.Contests;

/// <summary>The Label stage, from weights on the disk to soft targets on the disk; the network alone on ready views; PyTorch's.</summary>
internal static class LabelContest
{
    public const string Name = "label";

    /// <summary>The stage labels as many images as Fashion-MNIST has, the sample's twenty times: what it costs once is then seen in its proportion.</summary>
    private const int TimesLabeled = 20;

    /// <summary>A fourth of them for the network alone, whose views are all in memory.</summary>
    private const int TimesReady = 5;

    public static void Run(Workbench bench, PyTorchProgram? pytorch, TurnTaking turns, Report report)
    {
        var (settings, sample, views) = (bench.Settings, bench.Images, bench.Labeling.Views);
        var dataset = new RepeatedDataset(bench.Dataset, TimesLabeled);
        var images = dataset.Train();
        using var bank = ImageBank.Open(images, settings.Compute.Device, settings.LoaderThreads);
        using var teacher = bench.LoadTeacher();
        using var form = InferenceNetwork.Of(teacher, settings.Compute);
        var asking = new Asking(form, settings.Compute);
        var random = settings.Random("label");
        var ready = TimesReady * sample.Count;
        using var ready_NCHW = bank.Cut(new ViewBatch(
        [
            .. Enumerable.Range(0, ready * views).Select(view =>
                bank.Draw(view / views, bench.Labeling.Crop, random.Fold(view / views).Fold(view % views))),
        ]));
        List<Candidate> contestants =
        [
            new("the Label stage", _ => Timed(images.Count, () => bench.Label(dataset))),
            new("the network alone, ready views", _ => Timed(
                ready, () => asking.Outputs(ready_NCHW, Inference.BatchSize(images.Shape, settings.Compute)).Dispose())),
        ];
        if (pytorch is not null)
        {
            contestants.AddRange(pytorch.Labeling());
        }

        // PyTorch labels the sample once, which it does faster than many images.
        var contest = new Contest(Name, FormattableString.Invariant($"{images.Count} images, {views} views each"), contestants, sample.Count);
        report.Add(contest, turns.Run(contest));

        Reading Timed(int count, Action work)
        {
            var clock = Stopwatch.StartNew();
            work();
            return new Reading(count, clock.Elapsed.TotalSeconds);
        }
    }
}
