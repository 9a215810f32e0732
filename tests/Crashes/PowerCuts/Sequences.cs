using System.Text;
using System.Text.Json.Nodes;
using Distill.Datasets.Images;
using Distill.Datasets.Packs;
using Distill.Datasets.Shards;
using Distill.Imaging.SoftTargets;
using Distill.Label;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;
using Tests.Datasets.Packs;

namespace Tests.Crashes.PowerCuts;

/// <summary>The program's saves, in the order in which a run makes them.</summary>
internal static class Sequences
{
    private static readonly string FirstKey = new('a', 64);
    private static readonly string SecondKey = new('b', 64);

    private static readonly CountingPixels Pixels = new(30, channels: 3);

    private static readonly UnpackedImage[] Encoded =
    [
        .. Enumerable.Range(0, 5).Select(number => new UnpackedImage($"{number}.png", Content(number).AsMemory(), number, null)),
    ];

    public static readonly IReadOnlyDictionary<string, Sequence> All = new Dictionary<string, Sequence>
    {
        ["text"] = Repeated(4, (folder, number) => Durable.WriteText(Path.Combine(folder, "new", "a.txt"), Text(number)), CheckText),
        ["checkpoints"] = Repeated(5, (folder, step) => Save(Store(folder, FirstKey), step), CheckCheckpoints),
        ["checkpoints of two option sets"] = new(
            [
                folder => Save(Store(folder, FirstKey), 1),
                folder => Save(Store(folder, FirstKey), 2),
                folder => Save(Store(folder, SecondKey), 1),
                folder => Save(Store(folder, FirstKey), 3),
            ],
            CheckTwoKeys),
        ["snapshots"] = Repeated(3, (folder, step) => Store(folder, FirstKey).SaveSnapshot(step, Writer(step)), CheckSnapshots),
        ["metrics beside checkpoints"] = Repeated(4, SaveWithMetrics, CheckMetrics),
        ["run manifest"] = Repeated(4, (folder, number) => Manifest(folder).Set($"stage-{number}", Entry(number)), CheckManifest),
        ["results moved aside"] = ResultsAside.Sequence,
        ["soft targets"] = Repeated(3, (folder, _) => LabelOne(folder, FirstKey), CheckSoftTargets),
        ["soft targets of two option sets"] = new(
            [folder => LabelOne(folder, FirstKey), folder => LabelOne(folder, SecondKey), folder => LabelOne(folder, SecondKey)],
            CheckSoftTargetsOfTwoKeys),
        ["pack of decoded images"] = Repeated(1, (folder, _) => Pack(folder).Prepare(), CheckPack),
        ["unpacked shard"] = Repeated(1, (folder, _) => Unpacked(folder).Write(Encoded, 0), CheckUnpacked),
    };

    private static Sequence Repeated(int count, Action<string, int> save, Action<string, int> check) =>
        new([.. Enumerable.Range(1, count).Select(number => (Action<string>)(folder => save(folder, number)))], check);

    private static string Text(int number) => $"version {number}, {new string((char)('a' + number), 40 * number)}\n";

    private static byte[] Content(long number) => Encoding.UTF8.GetBytes(Text((int)number));

    private static Action<Stream> Writer(long number) => stream => stream.Write(Content(number));

    private static void CheckText(string folder, int done)
    {
        var path = Path.Combine(folder, "new", "a.txt");
        if (done > 0 || File.Exists(path))
        {
            Assert.Contains(File.ReadAllText(path), new[] { Text(done), Text(done + 1) });
        }
    }

    private static CheckpointStore Store(string folder, string key) =>
        new(Path.Combine(folder, "stage"), key, keep: 2, warning => Assert.DoesNotContain("damaged", warning, StringComparison.Ordinal));

    private static void Save(CheckpointStore store, long step) => store.Save(
        step,
        new JsonObject { ["seconds"] = step },
        place => Durable.WritePart(Path.Combine(place, "weights.safetensors"), Writer(step)));

    private static void CheckCheckpoints(string folder, int done)
    {
        var newest = Store(folder, FirstKey).LoadNewest();
        Assert.InRange(newest?.Step ?? 0, done, done + 1);
        CheckContent(newest);
    }

    private static void CheckTwoKeys(string folder, int done)
    {
        var first = Store(folder, FirstKey).LoadNewest();
        Assert.InRange(first?.Step ?? 0, done switch { 3 => 2, 4 => 3, _ => done }, 3);
        CheckContent(first);
        var second = Store(folder, SecondKey).LoadNewest();
        Assert.InRange(second?.Step ?? 0, done >= 3 ? 1 : 0, 1);
        CheckContent(second);
    }

    private static void CheckContent(Checkpoint? checkpoint)
    {
        if (checkpoint is not null)
        {
            Assert.Equal(Content(checkpoint.Step), File.ReadAllBytes(Path.Combine(checkpoint.Folder, "weights.safetensors")));
            Assert.Equal(checkpoint.Step, checkpoint.State["seconds"]!.GetValue<long>());
        }
    }

    private static void CheckSnapshots(string folder, int done)
    {
        for (var step = 1; step <= 3; step++)
        {
            var path = Path.Combine(folder, "stage", "checkpoints", "snapshots", $"step-{step:D8}.safetensors");
            Assert.True(step > done || File.Exists(path), $"snapshot {step} is lost");
            Assert.True(!File.Exists(path) || Content(step).AsSpan().SequenceEqual(File.ReadAllBytes(path)), $"snapshot {step} is torn");
        }
    }

    private static MetricsLog Log(string folder) => new(Path.Combine(folder, "stage", "metrics.jsonl"), TimeProvider.System);

    /// <summary>Continues from the newest checkpoint to step 2 × number: each step is logged, and the last one saved.</summary>
    private static void SaveWithMetrics(string folder, int number)
    {
        var (store, log) = (Store(folder, FirstKey), Log(folder));
        var resumed = store.LoadNewest()?.Step ?? 0;
        log.TruncateAfter(resumed);
        for (var step = resumed + 1; step <= 2 * number; step++)
        {
            log.Append(new JsonObject { ["step"] = step, ["loss"] = step });
        }

        log.Sync();
        Save(store, 2 * number);
    }

    private static void CheckMetrics(string folder, int done)
    {
        var resumed = Store(folder, FirstKey).LoadNewest()?.Step ?? 0;
        Assert.InRange(resumed, 2 * done, 2 * done + 2);
        Log(folder).TruncateAfter(resumed);
        var logged = MetricsLog.Read(Path.Combine(folder, "stage", "metrics.jsonl"))
            .Select(line => (line["step"]!.GetValue<long>(), line["loss"]!.GetValue<long>()));
        Assert.Equal(Enumerable.Range(1, (int)resumed).Select(step => ((long)step, (long)step)), logged);
    }

    private static RunManifest Manifest(string folder) =>
        RunManifest.Load(Path.Combine(folder, "pipeline.lock.json"), warning => Assert.Fail(warning));

    private static LockEntry Entry(int number) => new(
        FirstKey,
        number,
        LockedState.Done,
        [],
        new Dictionary<string, string>(),
        new Dictionary<string, LockedOutput>(),
        [],
        default,
        null,
        0,
        0);

    private static void CheckManifest(string folder, int done)
    {
        var stages = Manifest(folder).Stages;
        Assert.InRange(stages.Count, done, done + 1);
        Assert.All(stages, stage => Assert.Equal($"stage-{stage.Value.Version}", stage.Key));
    }

    private static ShardFolder Shards(string folder, string key, out ShardHashes hashes)
    {
        hashes = new ShardHashes(Path.Combine(folder, "shards"));
        return new ShardFolder(Path.Combine(folder, "soft-targets"), key, hashes, warning => Assert.Fail(warning));
    }

    /// <summary>Labels the next shard of an interrupted labeling.</summary>
    private static void LabelOne(string folder, string key)
    {
        var shards = Shards(folder, key, out var hashes);
        if (shards.Prepare(new ImageRange(0, 30_000), WorkPart.Whole) is [var shard, ..])
        {
            var rows = Enumerable.Range(shard.Images.Start, 20).Select(image => new SoftTargetRow(image, 0, Crop.Whole, [1, image]));
            SoftTargetWriter.Write(shard.Path, [[.. rows]], new Dictionary<string, string> { [ShardFolder.KeyEntry] = key });
            hashes.Add(shard.Path);
        }
    }

    private static int Missing(string folder, string key)
    {
        var shards = Shards(folder, key, out var hashes);
        var missing = shards.Prepare(new ImageRange(0, 30_000), WorkPart.Whole);
        var all = Directory.GetFiles(Path.Combine(folder, "soft-targets"), "*.parquet");
        Assert.All(all.Except(missing.Select(shard => shard.Path)), path => Assert.True(hashes.Verify(path)));
        return missing.Count;
    }

    private static void CheckSoftTargets(string folder, int done)
    {
        Assert.InRange(3 - Missing(folder, FirstKey), done, done + 1);
    }

    private static void CheckSoftTargetsOfTwoKeys(string folder, int done)
    {
        // Asked for in the order of the runs, since asking moves the soft targets of other options aside.
        if (done < 1)
        {
            Assert.InRange(3 - Missing(folder, FirstKey), done, 1);
        }
        else
        {
            Assert.InRange(3 - Missing(folder, SecondKey), done - 1, done);
            var aside = Path.Combine(folder, "soft-targets-aaaaaaaa", "part-00000.parquet");
            Assert.Equal(FirstKey, SoftTargetMetadata.Read(aside)?[ShardFolder.KeyEntry]);
        }
    }

    private static PixelPack Pack(string folder) => new(
        Path.Combine(folder, "pack"), "origin", 30, Pixels.Channels, Pixels, _ => { }, TimeProvider.System, fileBytes: 8_000);

    private static void CheckPack(string folder, int done)
    {
        var pack = Pack(folder);
        for (var index = 0; index < 30; index++)
        {
            Assert.Equal(Pixels.Pixels(index).Pixels, pack.Decode(index).Pixels);
        }
    }

    private static UnpackedShard Unpacked(string folder) => new(Path.Combine(folder, "unpacked", "shard.bin"), "origin");

    private static void CheckUnpacked(string folder, int done)
    {
        var images = Unpacked(folder).Images();
        Assert.True(done == 0 || images is not null, "the unpacked images are lost");
        Assert.Equal(images?.Select(image => Content(image.Label)) ?? [], images?.Select(image => image.ReadBytes()) ?? []);
    }
}
