using System.Diagnostics;
using System.Text.Json.Nodes;
using Distill.Datasets;
using Distill.Imaging.Loading;
using Distill.Imaging.SoftTargets;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;

namespace Distill.Label;

/// <summary>
/// Step 3 of SimCLRv2 (section 2.1, equation 3): computes and stores the teacher's soft targets for several seeded views per training
/// image, so that distillation does not run the teacher.
/// </summary>
public static class LabelStage
{
    /// <summary>Increment it when the same options and inputs give different soft targets.</summary>
    public const int Version = 4;

    /// <summary>Name of the artifact with the soft targets.</summary>
    public const string Output = "soft-targets";

    /// <summary>Writes the missing shards of soft targets, or those of the context's part.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="options">Views, crops and number of stored logits.</param>
    /// <param name="settings">Device, threads and seed of the run.</param>
    /// <param name="dataset">The dataset whose whole training split gets soft targets.</param>
    /// <param name="teacher">The classifier that computes them.</param>
    /// <param name="folder">The folder of the shards.</param>
    public static StageResult Run(
        StageContext context,
        LabelOptions options,
        RunSettings settings,
        IDataset dataset,
        ClassifierSource teacher,
        string folder)
    {
        var images = dataset.Train();
        options = options.For(images.ClassNames.Count, images.Count);
        var teacherPath = context.Input(teacher.Artifact);
        using var bank = ImageBank.Open(images, settings.Compute.Device, settings.LoaderThreads);
        using var network = teacher.Load(teacherPath, images.Shape.Channels, images.ClassNames.Count, settings.Compute);
        using var labeler = new Labeler(network, bank, options, settings.Compute, settings.Random(context.Name));
        var hashes = new ShardHashes(Path.Combine(context.Folder, "shards"));
        var shards = new ShardFolder(folder, context.Key, hashes, context.Progress.Note);
        var missing = shards.Prepare(new ImageRange(0, images.Count), context.Part);

        var metadata = new Dictionary<string, string>
        {
            [ShardFolder.KeyEntry] = context.Key,
            ["teacher.sha256"] = FileHash.OfFile(teacherPath),
            ["dataset"] = images.Name,
            ["classes"] = new JsonArray([.. images.ClassNames.Select(name => JsonValue.Create(name))]).ToJsonString(),
            ["seed"] = FormattableString.Invariant($"{settings.Seed}"),
            ["views"] = FormattableString.Invariant($"{options.ViewsPerImage}"),
        };
        var clock = Stopwatch.StartNew();

        // A shard is a pure function of teacher, range and seed, so the complete shards of an interrupted run are kept.
        var todo = missing.Sum(shard => shard.Images.Count);
        // A task of an array counts its own images alone, because others may be labeling the rest.
        var before = context.Part.IsWhole ? images.Count - todo : 0;
        var views = 0L;
        using var groups = labeler.Label(missing.Select(shard => shard.Images), Report, context.Cancellation).GetEnumerator();
        foreach (var shard in missing)
        {
            SoftTargetWriter.Write(shard.Path, GroupsOf(shard), metadata, options.TopK);
            hashes.Add(shard.Path);
        }

        context.Cancellation.ThrowIfCancellationRequested();
        return new StageResult(
            new Dictionary<string, string> { [Output] = folder },
            new JsonObject
            {
                ["rows"] = (long)images.Count * options.ViewsPerImage,
                ["bytes"] = Directory.EnumerateFiles(folder).Sum(file => new FileInfo(file).Length),
                ["seconds"] = Math.Round(clock.Elapsed.TotalSeconds, 1),
            });

        IEnumerable<IReadOnlyList<SoftTargetRow>> GroupsOf(SoftTargetShard shard)
        {
            while (groups.MoveNext())
            {
                yield return groups.Current.Rows;
                if (groups.Current.Images.End == shard.Images.End)
                {
                    yield break;
                }
            }
        }

        void Report(int labeled)
        {
            views += labeled;
            var done = (int)(views / options.ViewsPerImage);
            var rate = views / clock.Elapsed.TotalSeconds / options.ViewsPerImage;
            context.Progress.Report(new StageProgress(before + done, before + todo)
            {
                Metrics = [ProgressMetric.OfRate(rate)],
                Remaining = TimeSpan.FromSeconds((todo - done) / rate),
            });
        }
    }
}
