using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Stages.Imaging.Augmentation;
using Stages.Imaging.Loading;
using Stages.Imaging.SoftTargets;
using Stages.Learning.Randomness;

namespace Benchmarks.Growth;

/// <summary>Writes and reads soft targets of made-up logits as labelling and distillation do, and plans an epoch of them.</summary>
/// <param name="rows">Views.</param>
/// <param name="classes">K.</param>
/// <param name="folder">An empty folder for them.</param>
internal sealed class SoftTargetCost(int rows, int classes, string folder)
{
    // As LabelStage has them: 1,000 images a group and 10,000 a shard, of four views.
    private const int RowsPerGroup = 4_000;
    private const int RowsPerShard = 40_000;
    private const int BatchSize = 256;
    private const double Microseconds = 1e6;

    /// <summary>Microseconds and bytes a row; must have a process of its own, as the largest memory in use is the process's.</summary>
    public JsonObject Measure()
    {
        var group = Group();
        var writing = Seconds(() => Write(group));
        var bytes = Directory.EnumerateFiles(folder).Sum(path => new FileInfo(path).Length);
        var reading = Seconds(() => SoftTargetTable.Read(folder, classes, rows));
        var planning = Seconds(() =>
        {
            var plan = new BatchPlan(RandomKey.FromSeed(0), rows, BatchSize);
            for (var step = 0; step < rows / BatchSize; step++)
            {
                plan.At(step);
            }
        });
        return new JsonObject
        {
            ["rows"] = rows,
            ["classes"] = classes,
            ["writeMicroseconds"] = Math.Round(writing * Microseconds / rows, 3),
            ["readMicroseconds"] = Math.Round(reading * Microseconds / rows, 3),
            ["planMicroseconds"] = Math.Round(planning * Microseconds / rows, 4),
            ["bytes"] = Math.Round((double)bytes / rows, 1),
            ["peakMiB"] = PeakMiB(),
        };
    }

    private void Write(SoftTargetRow[] group)
    {
        for (var shard = 0; shard * RowsPerShard < rows; shard++)
        {
            var start = shard * RowsPerShard;
            var end = Math.Min(start + RowsPerShard, rows);
            SoftTargetWriter.Write(
                Path.Combine(folder, FormattableString.Invariant($"part-{shard:00000}.parquet")),
                Enumerable.Range(start, end - start).Chunk(RowsPerGroup).Select(numbers => Array.ConvertAll(
                    numbers, number => group[number % RowsPerGroup] with { Image = number })),
                new Dictionary<string, string>());
        }
    }

    /// <summary>Logits of a row group: random, as nothing compresses worse. Made once, so that making them is not timed.</summary>
    private SoftTargetRow[] Group()
    {
        var random = RandomKey.FromSeed(0);
        return [.. Enumerable.Range(0, Math.Min(rows, RowsPerGroup)).Select(row =>
        {
            var key = random.Fold(row);
            var crop = new Crop((float)key.Uniform(0), (float)key.Uniform(1), 0.5f, 0.5f, key.Uniform(2) < 0.5);
            return new SoftTargetRow(row, 0, crop, [.. Enumerable.Range(3, classes).Select(draw => (float)key.Uniform(draw, -10, 10))]);
        })];
    }

    private static double Seconds(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static long PeakMiB()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
