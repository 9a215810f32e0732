using System.Diagnostics;
using Benchmarks.Harness;
using Benchmarks.Workload;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Benchmarks.Contests;

/// <summary>Views of photographs as a student sees them: one crop of each image, or several of one image that is decoded once.</summary>
internal static class CropsContest
{
    public const string Name = "crops";

    private const int ViewsPerTurn = 256;
    private const int BatchSize = 64;
    private static readonly RandomKey Key = RandomKey.FromSeed(0).Fold("crops");
    private static readonly CropOptions Crop = new((0.08, 1), (0.75, 4.0 / 3), 0.5);

    public static void Run(string root, TurnTaking turns, Report report)
    {
        using var photos = new Photos(root);
        using var bank = ImageBank.Open(photos.Open(photos.Sources[0].Options).Train(), CPU);
        var contest = new Contest(
            Name,
            FormattableString.Invariant($"views of {Photos.Size} px from JPEG files, {BatchSize} per step"),
            [
                .. new[] { 1, 2, 4, 8 }.Select(together => new Candidate(
                    FormattableString.Invariant($"{together} of each image"), views => Turn(bank, views, together))),
            ],
            ViewsPerTurn);
        report.Add(contest, turns.Run(contest));
    }

    private static Reading Turn(ImageBank bank, int views, int together)
    {
        var images = new BatchPlan(Key, bank.Images.Count, BatchSize / together);
        var steps = views / BatchSize;
        using var loader = new ViewLoader(bank, Plan, steps);
        var clock = Stopwatch.StartNew();
        for (var step = 0; step < steps; step++)
        {
            loader.At(step).Dispose();
        }

        return new Reading(steps * BatchSize, clock.Elapsed.TotalSeconds);

        ViewBatch Plan(long step) => new(
        [
            .. images.At(step).SelectMany(sample =>
                Enumerable.Range(0, together).Select(view => bank.Draw(sample.Index, Crop, sample.View(Key, view)))),
        ]);
    }
}
