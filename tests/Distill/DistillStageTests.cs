using System.Text.Json.Nodes;
using Distill.Datasets.Images;
using Distill.Distill;
using Distill.Imaging.Augmentation;
using Distill.Imaging.SoftTargets;
using Distill.Imaging.Splits;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;
using Tests.Datasets;
using Tests.Golden;
using Tests.Learning;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Distill;

/// <summary>What a student learns from: soft targets whole or compact, of all images or some, with labeled images or without.</summary>
[Collection(TorchTests.Name)]
public sealed class DistillStageTests
{
    private static readonly CropOptions Crops = new((0.5, 1), (0.75, 4.0 / 3), 0.5);

    private static readonly LabelSplitOptions NoSuchList = new(null, null, "/no/such/list", 0);

    private static readonly LabelSplitOptions TwoAClass = new(null, 2, null, 0);

    [Fact]
    public void Distillation_alone_reads_no_label_and_is_the_default() =>
        Assert.Equal(Run("{}", NoSuchList), Run("""{ "alpha": 1, "labeledBatchSize": 3, "images": "all" }""", TwoAClass));

    [Theory]
    [InlineData("""{ "alpha": 0.5, "labeledBatchSize": 4 }""")]
    [InlineData("""{ "images": "labeled" }""")]
    [InlineData("""{ "images": "unlabeled" }""")]
    public void Labels_change_what_is_learned_where_they_are_used_and_the_same_ones_change_it_alike(string student)
    {
        var hash = Run(student, TwoAClass);
        Assert.Equal(hash, Run(student, TwoAClass));
        Assert.NotEqual(hash, Run("{}", TwoAClass));
        Assert.NotEqual(hash, Run(student, TwoAClass with { Seed = 1 }));
    }

    [Fact]
    public void The_size_of_the_labeled_batch_matters_beside_alpha() => Assert.NotEqual(
        Run("""{ "alpha": 0.5, "labeledBatchSize": 4 }""", TwoAClass),
        Run("""{ "alpha": 0.5, "labeledBatchSize": 5 }""", TwoAClass));

    [Fact]
    public void A_mixed_run_that_is_cut_and_resumed_ends_in_the_bits_of_an_uncut_one()
    {
        const string student = """{ "alpha": 0.5, "labeledBatchSize": 24, "balanceClasses": true }""";
        using var folder = new TempFolder();
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Run(folder, student, TwoAClass, topK: 3, cancellation, cancelAt: 4));
        using var second = new CancellationTokenSource();
        Assert.Equal(Run(student, TwoAClass, topK: 3), Run(folder, student, TwoAClass, topK: 3, second));
    }

    [Theory]
    [InlineData("{}", 0)]
    [InlineData("""{ "balanceClasses": true }""", 3)]
    [InlineData("""{ "alpha": 0.5, "labeledBatchSize": 4 }""", 0)]
    public void No_tensor_outlives_its_step(string student, int topK)
    {
        using var folder = new TempFolder();
        using var cancellation = new CancellationTokenSource();
        var counts = new List<long>();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Run(folder, student, TwoAClass, topK, cancellation, counts: counts, steps: 24);
        Assert.Equal(24, counts.Count);
        Assert.All(counts[8..], count => Assert.True(count <= counts[4], $"{counts[4]} tensors after step 5, {count} later"));
    }

    [Fact]
    public void With_every_image_labeled_none_is_left_that_is_not()
    {
        var thrown = Assert.Throws<UserException>(() => Run("""{ "images": "unlabeled" }""", new LabelSplitOptions(1, null, null, 0)));
        Assert.Contains("student.images", thrown.Message, StringComparison.Ordinal);
    }

    private static string Run(string student, LabelSplitOptions labels, int topK = 0)
    {
        using var folder = new TempFolder();
        using var cancellation = new CancellationTokenSource();
        return Run(folder, student, labels, topK, cancellation);
    }

    private static string Run(
        TempFolder folder,
        string student,
        LabelSplitOptions labels,
        int topK,
        CancellationTokenSource cancellation,
        long? cancelAt = null,
        List<long>? counts = null,
        int steps = 8)
    {
        using var scope = NewDisposeScope();
        Directory.CreateDirectory(folder["targets"]);
        WriteTargets(folder["targets/a.parquet"], topK);
        var context = new StageContext
        {
            Name = "distill",
            Key = new string('a', 64),
            Folder = folder.Path,
            Checkpoints = new CheckpointStore(folder.Path, new string('a', 64), 2, warning => throw new InvalidOperationException(warning)),
            Progress = new CancellingProgress(cancellation, cancelAt, counts),
            Metrics = new MetricsLog(folder["metrics.jsonl"], TimeProvider.System),
            Cancellation = cancellation.Token,
            Inputs = new Dictionary<string, string> { ["label/soft-targets"] = folder["targets"] },
            UpstreamMetrics = new Dictionary<string, JsonObject>(),
            Lineage = new Dictionary<string, LockEntry>(),
        };
        var settings = new RunSettings(new Compute(CPU, false), 0, TimeSpan.FromDays(1));
        DistillStage.Run(context, Options(student, steps), settings, SampleData.Open(), labels, Crops, "label/soft-targets");
        return FileHash.OfFile(folder[DistillStage.Output]);
    }

    /// <summary>A view of every image of the sample, with opinions that no network had.</summary>
    private static void WriteTargets(string path, int topK)
    {
        var train = SampleData.Train;
        var views = Enumerable.Range(0, train.Count).Select(image => (image, 0)).ToList();
        var logits_NK = Pattern.Uniform("opinion", train.Count, train.ClassNames.Count).mul(4);
        var rows = SoftTargetRows.Of(views, [.. views.Select(_ => Crop.Whole)], logits_NK, topK);
        SoftTargetWriter.Write(path, [rows], new Dictionary<string, string>(), topK);
    }

    private static DistillOptions Options(string student, int steps)
    {
        var json = JsonNode.Parse(student)!.AsObject();
        json["network"] = JsonNode.Parse("""{ "architecture": "resnet18", "width": 0.125 }""");
        json["steps"] = steps;
        json["batchSize"] = 8;
        var root = new JsonObject { ["student"] = json };
        return DistillOptions.Read(PipelineFile.Parse(root.ToJsonString(), "test.json", _ => null).Section("student"));
    }

    private sealed class CancellingProgress(CancellationTokenSource cancellation, long? at, List<long>? counts) : IStageProgress
    {
        public void Report(StageProgress progress)
        {
            counts?.Add(Tensor.TotalCount);
            if (progress.Done == at)
            {
                cancellation.Cancel();
            }
        }

        public void Note(string message)
        {
        }
    }
}
