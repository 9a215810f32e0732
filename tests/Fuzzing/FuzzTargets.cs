using System.Text;
using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Cli.Planning;
using Distill.Datasets.Images;
using Distill.Imaging.SoftTargets;
using Distill.Learning.Networks;
using Distill.Learning.Safetensors;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Tests.Fuzzing;

/// <summary>All readers of files from strangers, each with valid files.</summary>
internal static class FuzzTargets
{
    private const int Classes = 3;
    private const int Images = 50;

    private static readonly Dictionary<string, Func<string, FuzzTarget>> All = new()
    {
        ["safetensors"] = Safetensors,
        ["checkpoint manifest"] = Manifest,
        ["pipeline.json"] = _ => new(
            "pipeline.json", [Pipeline()], "pipeline.json", path => PipelineOptions.Load(path), [typeof(UserException)]),
        ["pipeline.lock.json"] = Lock,
        ["config.json"] = _ => new(
            "config.json", [Config()], "config.json", path => ModelConfig.Read(path), [typeof(InvalidDataException)]),
        ["IDX images"] = _ => DatasetFuzzTargets.IdxImages(),
        ["IDX labels"] = _ => DatasetFuzzTargets.IdxLabels(),
        ["CIFAR"] = DatasetFuzzTargets.CifarFiles,
        ["label split"] = _ => DatasetFuzzTargets.LabelSplitFile(),
        ["tar"] = DatasetFuzzTargets.TarArchive,
        ["soft targets"] = folder => Targets("soft targets", folder, topK: 0),
        ["top-k soft targets"] = folder => Targets("top-k soft targets", folder, topK: 2),
        ["Parquet of images"] = DatasetFuzzTargets.ParquetOfImages,
        ["image"] = DatasetFuzzTargets.Pictures,
    };

    public static IEnumerable<string> Names => All.Keys;

    /// <summary>Creates a target.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="folder">Empty folder for the file, and for others that the reader needs beside it.</param>
    public static FuzzTarget Create(string name, string folder) => All[name](folder);

    private static FuzzTarget Safetensors(string folder)
    {
        using var scope = NewDisposeScope();
        using var file = new MemoryStream();
        SafetensorsFile.Write(
            file,
            new Dictionary<string, Tensor>
            {
                ["a"] = ones(2, 3),
                ["b.c"] = zeros(4, ScalarType.Int64),
                ["half"] = ones([1, 2, 1], ScalarType.BFloat16),
            },
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
        Store(stage, _ => { }).Save(
            7, new JsonObject { ["seconds"] = 1 }, place => Durable.WritePart(Path.Combine(place, "weights"), "weights"));
        var checkpoint = Path.Combine(stage, "checkpoints", "step-00000007");
        var files = Directory.GetFiles(checkpoint).ToDictionary(path => Path.GetFileName(path)!, File.ReadAllBytes);
        return new FuzzTarget("checkpoint manifest", [files["manifest.json"]], "manifest.json", Read, [typeof(InvalidDataException)]);

        void Read(string path)
        {
            // A damaged checkpoint is moved aside, so everything is written again each time.
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
            new string('a', 64),
            Version: 1,
            LockedState.Done,
            new JsonObject { ["steps"] = 5 },
            new Dictionary<string, string> { ["dataset/train"] = "b" },
            new Dictionary<string, LockedOutput> { ["weights"] = new("models/x", "c", 3) },
            new JsonObject { ["loss"] = 0.5 },
            default,
            FinishedUtc: null,
            Seconds: 1.5,
            Resumes: 0,
            ["cpu, fp32"]));
        return new FuzzTarget(
            "pipeline.lock.json",
            [File.ReadAllBytes(path)],
            "pipeline.lock.json",
            found => RunManifest.Load(found, _ => { }),
            [typeof(UserException)]);
    }

    private static FuzzTarget Targets(string name, string folder, int topK)
    {
        SoftTargetRow[] rows = [.. Enumerable.Range(0, 20).Select(i => new SoftTargetRow(
            i,
            i % 2,
            new Crop(0.1f * i / 20, 0.2f, 0.5f, 0.5f, i % 3 == 0),
            topK > 0 ? [2, 1 - i] : [i, -i, 1],
            topK > 0 ? [i % 2, 2] : null,
            topK > 0 ? -i : 0))];
        var path = Path.Combine(folder, "made");
        SoftTargetWriter.Write(path, [rows[..12], rows[12..]], new Dictionary<string, string> { ["seed"] = "1" }, topK);
        return new FuzzTarget(
            name,
            [File.ReadAllBytes(path)],
            "part-00000.parquet",
            file => SoftTargetTable.Read(Path.GetDirectoryName(file)!, Classes, Images),
            [typeof(InvalidDataException)]);
    }

    private static byte[] Pipeline() => File.ReadAllBytes(Path.Combine(Repository.Root, "pipeline.json"));

    private static byte[] Config() => Encoding.UTF8.GetBytes(
        new ModelConfig(new NetworkOptions(Architecture.ResNet18, 0.25, Stem.ImageNet), new ImageShape(1, 28, 28), ["a", "b"], 1, 1)
            .ToJson());
}
