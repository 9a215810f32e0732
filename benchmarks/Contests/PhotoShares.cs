using System.Diagnostics;
using System.Text.Json.Nodes;
using Benchmarks.Harness;
using Benchmarks.Workload;
using Distill.Datasets.Resampling;
using Distill.Imaging.Augmentation.Operations;
using Distill.Imaging.Loading;

namespace Benchmarks.Contests;

/// <summary>
/// Time of decoding, of the crop and of each operation, on one thread. The time of an operation is the mean over all views, whether it is
/// chosen or not.
/// </summary>
internal static class PhotoShares
{
    private const string Name = "shares of photos";

    public static void Run(Photos photos, int rounds, Report report)
    {
        var (_, options) = photos.Sources[0];
        var pixels = photos.Open(options).Train().Pixels;
        var (_, shrinking) = photos.Sources[^1];
        var shrunk = photos.Open(shrinking with { Pack = false }).Train().Pixels;
        using var bank = ImageBank.Open(photos.Open(options).Train(), TorchSharp.torch.CPU, threads: 1);
        var views = photos.Plan(bank, 0).Views;
        var decoded = views.Select(view => pixels.Decode(view.Image)).ToArray();
        var (crop, view) = (new float[3 * Photos.Size * Photos.Size], new float[3 * Photos.Size * Photos.Size]);
        var section = new JsonObject();
        Report.Heading(Name, "one thread");
        Line("decode, per image", i => pixels.Read(views[i].Image, (_, _) => { }));
        Line("decode and shrink, per image", i => shrunk.Read(views[i].Image, (_, _) => { }));
        Line("crop, per view", Cut);
        foreach (var operation in photos.Augmentations.Operations)
        {
            var change = (ISingleView)operation;
            Line(
                FormattableString.Invariant($"{operation.GetType().Name.ToLowerInvariant()} of {100 * operation.Probability} %, per view"),
                i => change.Change(new ViewSpan(view, 3, Photos.Size, Photos.Size), views[i].Key));
        }

        report.Keep(Name, section);

        void Cut(int i) =>
            Resampler.Cut(decoded[i].Shape, decoded[i].Pixels, views[i].Crop, Photos.Size, Photos.Size, crop);

        void Line(string name, Action<int> work)
        {
            Microseconds(work);
            var times = Spread.From(Enumerable.Range(0, rounds).Select(_ => Microseconds(work)));
            Report.Line(name, times, "µs");
            section[name] = times.ToJson();
        }

        // Each operation begins with a crop, since a view that is changed again and again becomes black or white.
        double Microseconds(Action<int> work)
        {
            var time = TimeSpan.Zero;
            for (var i = 0; i < views.Count; i++)
            {
                Cut(i);
                crop.CopyTo(view, 0);
                var began = Stopwatch.GetTimestamp();
                work(i);
                time += Stopwatch.GetElapsedTime(began);
            }

            return time.TotalMicroseconds / views.Count;
        }
    }
}
