using System.Diagnostics;
using Benchmarks.Harness;
using Benchmarks.Reference;
using Benchmarks.Workload;
using Distill.Datasets.Options;
using Distill.Imaging.Loading;
using static TorchSharp.torch;

namespace Benchmarks.Contests;

/// <summary>
/// Two views of each photograph with SimCLR's augmentations: by torchvision, from JPEG files and from a pack of decoded pixels. Then the
/// CPU time of each, which other work on the machine does not change, and the time of each operation.
/// </summary>
internal static class PhotosContest
{
    public const string Name = "photos";

    private const int ImagesPerTurn = 256;

    public static void Run(string root, int pairs, TurnTaking turns, Report report)
    {
        using var photos = new Photos(root);
        using var torchvision = Start(root, photos);
        var cpu = new CpuTimes();
        List<Candidate> candidates = [];
        int[] threads = Environment.ProcessorCount == 1 ? [1] : [Environment.ProcessorCount, 1];
        if (torchvision is not null)
        {
            Console.WriteLine();
            Console.WriteLine(torchvision.Versions);
            candidates.AddRange(threads.Select(workers => cpu.Candidate(
                Counted("torchvision", workers, "process", "processes"), images => torchvision.Turn(images, workers))));
        }

        foreach (var (source, options) in photos.Sources)
        {
            candidates.AddRange(threads.Select(loaders => cpu.Candidate(
                Counted(source, loaders, "thread", "threads"), images => Turn(photos, options, loaders, images))));
        }

        var about = FormattableString.Invariant($"2 views of {Photos.Size} px each");
        var contest = new Contest(Name, about, candidates, ImagesPerTurn);
        report.Add(contest, turns.Run(contest));
        cpu.Print("CPU time of photos", report);
        PhotoShares.Run(photos, pairs, report);
    }

    private static (Reading Reading, double CpuSeconds) Turn(Photos photos, DatasetOptions options, int threads, int images)
    {
        using var bank = ImageBank.Open(photos.Open(options).Train(), CPU, threads);
        var steps = images / Photos.BatchSize;
        using var loader = new ViewLoader(bank, step => photos.Plan(bank, step), steps);
        using var before = Process.GetCurrentProcess();
        var began = before.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        for (var step = 0; step < steps; step++)
        {
            loader.At(step).Dispose();
        }

        var seconds = clock.Elapsed.TotalSeconds;
        using var after = Process.GetCurrentProcess();
        return (new Reading(steps * Photos.BatchSize, seconds), (after.TotalProcessorTime - began).TotalSeconds);
    }

    private static PhotoLoader? Start(string root, Photos photos)
    {
        if (Python.Find() is not { } python)
        {
            Console.WriteLine($"torchvision is left out: {Python.Advice}");
            return null;
        }

        var script = Path.Combine(root, "benchmarks", "pytorch", "photos.py");
        return new PhotoLoader(python, script, photos.Train, photos.Augmentations, Photos.Size, Photos.BatchSize);
    }

    private static string Counted(string name, int count, string one, string many) =>
        FormattableString.Invariant($"{name}, {count} {(count == 1 ? one : many)}");
}
