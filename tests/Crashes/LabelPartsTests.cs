using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Tests.Cli;
using Tests.Encoders;
using Tests.Pipeline;

namespace Tests.Crashes;

/// <summary>A job array labels: four tasks at the same time, one of which is killed twice. They write the bytes of one process.</summary>
[Trait("Category", "Process")]
[Trait("Category", "Slow")]
public sealed class LabelPartsTests : IDisposable
{
    private const string FineTune = "finetune";

    private readonly ManyImages _images = new();

    [Fact]
    public void Tasks_of_an_array_write_the_bytes_of_one_process()
    {
        Assert.Equal(0, DistillProcess.Run(_images.Pipeline.Folder, "run", "--until", "label").ExitCode);
        var expected = Hashes(_images);
        Assert.Equal(3, expected.Count);
        Directory.Delete(_images.Shards, recursive: true);
        Directory.Delete(Path.Combine(_images.Pipeline.Models, "label"), recursive: true);

        // Task 1 dies while it writes its shard, and again after that, before it records the hash.
        foreach (var place in new[] { "write soft targets:3:half", "rename hash:1:whole" })
        {
            var killed = new Dictionary<string, string?>(StartupHook.KillingAt(place, Path.Combine(_images.Pipeline.Folder, "kills.log")))
            {
                ["SLURM_ARRAY_TASK_ID"] = "1",
            };
            using var process = new DistillProcess(_images.Pipeline.Folder, killed, "label", "--parts", "4");
            Assert.Equal(137, process.Finish().ExitCode);
        }

        var tasks = Enumerable.Range(0, 4).Select(index => new DistillProcess(
            _images.Pipeline.Folder,
            new Dictionary<string, string?> { ["SLURM_ARRAY_TASK_ID"] = $"{index}" },
            "label",
            "--parts",
            "4")).ToArray();
        foreach (var task in tasks)
        {
            var outcome = task.Finish();
            Assert.True(outcome.ExitCode == 0, outcome.Errors);
            task.Dispose();
        }

        Assert.Equal(expected, Hashes(_images));
        var last = DistillProcess.Run(_images.Pipeline.Folder, "run", "--until", "label");
        Assert.True(last.ExitCode == 0, last.Errors);
        Assert.Equal(expected, Hashes(_images));
        Assert.DoesNotContain("damaged", last.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_images.Pipeline.Folder, "*.partial", SearchOption.AllDirectories));
        Assert.Contains("label: already done", Label("--round", "distill").Output, StringComparison.Ordinal);
        Assert.Contains("label-2 waits for distill", Label().Errors, StringComparison.Ordinal);
    }

    /// <summary>A file of features is named by its content, so tasks need not know of each other.</summary>
    [Fact]
    public void Tasks_of_an_array_share_the_features_of_an_encoder()
    {
        using var models = new TempFolder();
        var encoder = EncoderModels.Columns(models, "columns.onnx", 32, 8);
        _images.Pipeline.Write(json =>
        {
            _images.Describe(json);
            json["pretrain"] = new JsonObject { ["encoder"] = new JsonObject { ["file"] = encoder, ["license"] = "cc-by-4.0" } };
        });
        Assert.Equal(0, DistillProcess.Run(_images.Pipeline.Folder, "run", "--until", "classify").ExitCode);
        var tasks = Enumerable.Range(0, 3)
            .Select(index => new DistillProcess(_images.Pipeline.Folder, "label", "--part", $"{index}/3"))
            .ToArray();
        foreach (var task in tasks)
        {
            var outcome = task.Finish();
            Assert.True(outcome.ExitCode == 0, outcome.Errors);
            task.Dispose();
        }

        var (features, expected) = (Features(), Hashes(_images));
        Assert.Equal(3, expected.Count);
        Directory.Delete(_images.Shards, recursive: true);
        var alone = DistillProcess.Run(_images.Pipeline.Folder, "run", "--until", "label");
        Assert.True(alone.ExitCode == 0, alone.Errors);
        Assert.Equal(expected, Hashes(_images));
        Assert.Equal(features, Features());

        string[] Features() =>
        [
            .. Directory.GetFiles(Path.Combine(_images.Pipeline.Folder, "data/encoders/features"), "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal),
        ];
    }

    [Fact]
    public void Before_the_teacher_is_done_a_task_says_what_to_run()
    {
        var outcome = Label("--part", "0/4");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains($"label waits for {FineTune}: finish that first, with distill run --until {FineTune}", outcome.Errors);
    }

    public void Dispose() => _images.Dispose();

    private DistillProcess.Outcome Label(params string[] arguments) =>
        DistillProcess.Run(_images.Pipeline.Folder, ["label", .. arguments]);

    private static Dictionary<string, string> Hashes(ManyImages images) => Directory.GetFiles(images.Shards, "*.parquet")
        .Order(StringComparer.Ordinal)
        .ToDictionary(path => Path.GetFileName(path), path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));
}
