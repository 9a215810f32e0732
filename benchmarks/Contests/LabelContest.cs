using System.Diagnostics;
using Benchmarks.Harness;
using Benchmarks.Reference;
using Benchmarks.Workload;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Learning.Networks.Inference;

namespace Benchmarks.Contests;

/// <summary>The stage label, from weights on disk to soft targets on disk; the network alone on prepared views; and PyTorch.</summary>
internal static class LabelContest
{
    public const string Name = "label";

    /// <summary>Repetitions of the sample for the stage: the size of Fashion-MNIST, so that fixed costs have a realistic share.</summary>
    private const int TimesLabeled = 20;

    /// <summary>The network alone gets a quarter of them, because all its views are in memory.</summary>
    private const int TimesPrepared = 5;

    public static void Run(Workbench bench, PyTorchProgram? pytorch, TurnTaking turns, Report report)
    {
        var (settings, sample, views) = (bench.Settings, bench.Images, bench.Labeling.ViewsPerImage);
        var dataset = new RepeatedDataset(bench.Dataset, TimesLabeled);
        var images = dataset.Train();
        using var bank = ImageBank.Open(images, settings.Compute.Device, settings.LoaderThreads);
        using var teacher = bench.LoadTeacher();
        using var form = InferenceNetwork.Create(teacher, settings.Compute);
        var inference = new BatchedInference(form, settings.Compute);
        var random = settings.Random("label");
        var prepared = TimesPrepared * sample.Count;
        using var prepared_NCHW = bank.Cut(new ViewBatch(
        [
            .. Enumerable.Range(0, prepared * views).Select(view =>
                bank.Draw(view / views, bench.Labeling.Crop, random.Fold(view / views).Fold(view % views))),
        ]));
        List<Candidate> candidates =
        [
            new("the stage label", _ => Timed(images.Count, () => bench.Label(dataset))),
            new("the network alone, prepared views", _ => Timed(
                prepared, () => inference.Outputs(prepared_NCHW, Inference.BatchSize(images.Shape, settings.Compute)).Dispose())),
        ];
        if (pytorch is not null)
        {
            candidates.AddRange(pytorch.Labeling());
        }

        // PyTorch labels the sample only once, which gives it a higher rate than more images would.
        var about = FormattableString.Invariant($"{images.Count} images, {views} views each");
        var contest = new Contest(Name, about, candidates, sample.Count);
        report.Add(contest, turns.Run(contest));

        Reading Timed(int count, Action work)
        {
            var clock = Stopwatch.StartNew();
            work();
            return new Reading(count, clock.Elapsed.TotalSeconds);
        }
    }
}
