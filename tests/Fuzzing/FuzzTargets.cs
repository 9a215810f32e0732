using System.Text;
using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Cli.Planning;
using Distill.Datasets.Cifar;
using Distill.Datasets.Decoding;
using Distill.Datasets.Idx;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Datasets.Shards;
using Distill.Imaging.SoftTargets;
using Distill.Imaging.Splits;
using Distill.Learning.Networks;
using Distill.Learning.Safetensors;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using SkiaSharp;
using Tests.Datasets.Shards;
using static TorchSharp.torch;

namespace Tests.Fuzzing;

/// <summary>Every reader of files from strangers, with whole files that it takes.</summary>
internal static class FuzzTargets
{
    private const int Classes = 3;
    private const int Images = 50;

    private static readonly ImageSet Train = new(
        "fuzzed", new ImageShape(1, 2, 2), new byte[4 * Images], [.. Enumerable.Range(0, Images).Select(i => i % Classes)], ["a", "b", "c"]);

    private static readonly Dictionary<string, Func<string, FuzzTarget>> All = new()
    {
        ["safetensors"] = Safetensors,
        ["checkpoint manifest"] = Manifest,
        ["pipeline.json"] = _ => new("pipeline.json", [Pipeline()], "pipeline.json", path => PipelineOptions.Load(path), [typeof(UserException)]),
        ["pipeline.lock.json"] = Lock,
        ["config.json"] = _ => new("config.json", [Config()], "config.json", path => ModelConfig.Read(path), [typeof(InvalidDataException)]),
        ["IDX images"] = _ => new("IDX images", [Idx(2051, 2, 3, 4)], "images", path => IdxReader.ReadImages(path), [typeof(UserException)]),
        ["IDX labels"] = _ => new("IDX labels", [Idx(2049, 5)], "labels", path => IdxReader.ReadLabels(path), [typeof(UserException)]),
        ["CIFAR"] = CifarFiles,
        ["label split"] = _ => new("label split", ["# header\n0\ta\n4\tb\n"u8.ToArray()], "split.txt", path => LabelSplit.Read(path, Train), [typeof(UserException)]),
        ["tar"] = TarArchive,
        ["soft targets"] = folder => Targets("soft targets", folder, topK: 0),
        ["top-k soft targets"] = folder => Targets("top-k soft targets", folder, topK: 2),
        ["Parquet of images"] = ParquetOfImages,
        ["image"] = Pictures,
    };

    public static IEnumerable<string> Names => All.Keys;

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="folder">An empty one, where the file will be; others may be put beside it.</param>
    public static FuzzTarget Of(string name, string folder) => All[name](folder);

    private static FuzzTarget Safetensors(string folder)
    {
        using var scope = NewDisposeScope();
        using var file = new MemoryStream();
        SafetensorsFile.Write(
            file,
            new Dictionary<string, Tensor> { ["a"] = ones(2, 3), ["b.c"] = zeros(4, ScalarType.Int64), ["half"] = ones([1, 2, 1], ScalarType.BFloat16) },
            new Dictionary<string, string> { ["made"] = "here" });
        return new FuzzTarget("safetensors", [file.ToArray()], "a.safetensors", Read, [typeof(InvalidDataException)]);

        static void Read(string path)
        {
            using var tensors = NewDisposeScope();
            SafetensorsFile.Read(path);
        }
    }

    private static FuzzTarget Manifest(string folder)
    {
        var stage = Path.Combine(folder, "stage");
        Store(stage, _ => { }).Save(7, new JsonObject { ["seconds"] = 1 }, place => Durable.WritePart(Path.Combine(place, "weights"), "weights"));
        var checkpoint = Path.Combine(stage, "checkpoints", "step-00000007");
        var files = Directory.GetFiles(checkpoint).ToDictionary(path => Path.GetFileName(path)!, File.ReadAllBytes);
        return new FuzzTarget("checkpoint manifest", [files["manifest.json"]], "manifest.json", Read, [typeof(InvalidDataException)]);

        void Read(string path)
        {
            // What is damaged is set aside: each time all anew.
            Directory.Delete(stage, recursive: true);
            Directory.CreateDirectory(checkpoint);
            foreach (var (name, content) in files)
            {
                File.WriteAllBytes(Path.Combine(checkpoint, name), name == "manifest.json" ? File.ReadAllBytes(path) : content);
            }

            var warnings = new List<string>();
            if (Store(stage, warnings.Add).LoadNewest() is null)
            {
                throw new InvalidDataException(string.Join(" ", warnings));
            }
        }

        static CheckpointStore Store(string place, Action<string> warn) => new(place, new string('a', 64), 2, warn);
    }

    private static FuzzTarget Lock(string folder)
    {
        var path = Path.Combine(folder, "made.json");
        RunManifest.Load(path, _ => { }).Set("pretrain", new LockEntry(
            new string('a', 64), 1, LockedState.Done, new JsonObject { ["steps"] = 5 }, new Dictionary<string, string> { ["dataset/train"] = "b" },
            new Dictionary<string, LockedOutput> { ["weights"] = new("models/x", "c", 3) }, new JsonObject { ["loss"] = 0.5 }, default, null, 1.5, 0, ["cpu, fp32"]));
        return new FuzzTarget("pipeline.lock.json", [File.ReadAllBytes(path)], "pipeline.lock.json", found => RunManifest.Load(found, _ => { }), [typeof(UserException)]);
    }

    private static FuzzTarget CifarFiles(string folder)
    {
        var records = new byte[3 * Cifar.Ten.RecordLength];
        for (var i = 0; i < 3; i++)
        {
            records[i * Cifar.Ten.RecordLength] = (byte)i;
        }

        foreach (var file in Cifar.Ten.TrainFiles)
        {
            File.WriteAllBytes(Path.Combine(folder, file), records);
        }

        File.WriteAllLines(Path.Combine(folder, Cifar.Ten.NamesFile), Enumerable.Range(0, 10).Select(i => $"class {i}"));
        return new FuzzTarget(
            "CIFAR", [records], Cifar.Ten.TestFiles[0], path => CifarDataset.Open(Cifar.Ten, Path.GetDirectoryName(path)!).Test(), [typeof(UserException)]);
    }

    private static FuzzTarget TarArchive(string folder)
    {
        var inner = Directory.CreateDirectory(Path.Combine(folder, "in")).FullName;
        File.WriteAllBytes(Path.Combine(inner, "a.png"), Picture(SKEncodedImageFormat.Png));
        File.WriteAllText(Path.Combine(inner, "a.cls"), "1");
        File.WriteAllText(Path.Combine(inner, "b.json"), """{"label": 2}""");
        File.WriteAllBytes(Path.Combine(inner, "b.jpg"), Picture(SKEncodedImageFormat.Jpeg));
        var archive = Path.Combine(folder, "made.tar");
        Tar.Pack(archive, inner);
        return new FuzzTarget("tar", [File.ReadAllBytes(archive)], "a.tar", Read, [typeof(UserException), typeof(IOException)]);

        static void Read(string path)
        {
            var shard = new Shard("a.tar", path);
            foreach (var image in shard.Reading(() => new TarShard(shard, labeled: true, _ => { }).Images()))
            {
                image.ReadBytes();
            }
        }
    }

    private static FuzzTarget Targets(string name, string folder, int topK)
    {
        SoftTargetRow[] rows = [.. Enumerable.Range(0, 20).Select(i => new SoftTargetRow(
            i, i % 2, new Crop(0.1f * i / 20, 0.2f, 0.5f, 0.5f, i % 3 == 0), topK > 0 ? [2, 1 - i] : [i, -i, 1], topK > 0 ? [i % 2, 2] : null, topK > 0 ? -i : 0))];
        var path = Path.Combine(folder, "made");
        SoftTargetWriter.Write(path, [rows[..12], rows[12..]], new Dictionary<string, string> { ["seed"] = "1" }, topK);
        return new FuzzTarget(
            name, [File.ReadAllBytes(path)], "part-00000.parquet", file => SoftTargetTable.Read(Path.GetDirectoryName(file)!, Classes, Images), [typeof(InvalidDataException)]);
    }

    private static FuzzTarget ParquetOfImages(string folder)
    {
        var path = Path.Combine(folder, "made.parquet");
        new HubParquet { Features = HubParquet.Described("cat", "dog") }.Write(
            path, (Picture(SKEncodedImageFormat.Png), "a.png", 0), (Picture(SKEncodedImageFormat.Jpeg), "b.jpg", 1));
        var options = DatasetOptions.Read(PipelineFile.Parse("""{ "kind": "parquet", "folder": "x" }""", "fuzz", _ => null));
        return new FuzzTarget("Parquet of images", [File.ReadAllBytes(path)], "a.parquet", Read, [typeof(UserException)]);

        void Read(string file)
        {
            using var shard = ParquetShard.Open(new Shard("a.parquet", file), options, labeled: true);
            for (var group = 0; group < shard.RowGroups; group++)
            {
                shard.Read(group).Dispose();
            }
        }
    }

    private static FuzzTarget Pictures(string folder) => new(
        "image",
        [.. new[] { SKEncodedImageFormat.Png, SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Webp }.Select(Picture)],
        "a.image",
        path => ImageDecoder.Decode(File.ReadAllBytes(path), channels: 3),
        [typeof(RefusedImageException)]);

    private static byte[] Picture(SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(9, 7);
        for (var i = 0; i < 63; i++)
        {
            bitmap.SetPixel(i % 9, i / 9, new SKColor((byte)(4 * i), (byte)(255 - i), (byte)(i * i)));
        }

        using var data = bitmap.Encode(format, 80);
        return data.ToArray();
    }

    private static byte[] Pipeline() => File.ReadAllBytes(Path.Combine(Repository.Root, "pipeline.json"));

    private static byte[] Config() => Encoding.UTF8.GetBytes(
        new ModelConfig(new NetworkOptions(Architecture.ResNet18, 0.25, Stem.ImageNet), new ImageShape(1, 28, 28), ["a", "b"], 1, 1).ToJson());

    private static byte[] Idx(int magic, params int[] dimensions)
    {
        var file = new List<byte>();
        foreach (var number in dimensions.Prepend(magic))
        {
            file.AddRange([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
        }

        file.AddRange(new byte[dimensions.Aggregate(1, (product, size) => product * size)]);
        return [.. file];
    }
}
