using Distill.Datasets.Images;
using Distill.Distill;
using Distill.Imaging.Augmentation;
using Distill.Imaging.SoftTargets;
using Distill.Imaging.Splits;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using Tests.Datasets;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Distill;

/// <summary>The inputs of distillation: all logits or the largest, all images or some, with or without labeled images.</summary>
[Collection(TorchTests.Name)]
[Trait("Category", "Slow")]
public sealed class DistillStageTests
{
    private static readonly Artifact SoftTargets = new("label", "soft-targets");

    private static readonly CropOptions Crops = new((0.5, 1), (0.75, 4.0 / 3), 0.5);

    private static readonly LabelSplitOptions NoSuchList = new(null, null, "/no/such/list", 0);

    private static readonly LabelSplitOptions TwoPerClass = new(null, 2, null, 0);

    [Fact]
    public void Distillation_reads_no_label_by_default() =>
        Assert.Equal(Run("{}", NoSuchList), Run("""{ "alpha": 1, "labeledBatchSize": 3, "images": "all" }""", TwoPerClass));

    [Theory]
    [InlineData("""{ "alpha": 0.5, "labeledBatchSize": 4 }""")]
    [InlineData("""{ "alpha": 0.5, "labeledBatchSize": 3, "groups": 2 }""")]
    [InlineData("""{ "images": "labeled" }""")]
    [InlineData("""{ "images": "unlabeled" }""")]
    public void Labels_change_the_weights_reproducibly_if_they_are_used(string student)
    {
        var hash = Run(student, TwoPerClass);
        Assert.Equal(hash, Run(student, TwoPerClass));
        Assert.NotEqual(hash, Run("{}", TwoPerClass));
        Assert.NotEqual(hash, Run(student, TwoPerClass with { Seed = 1 }));
    }

    [Fact]
    public void Size_of_the_labeled_batch_changes_the_weights() => Assert.NotEqual(
        Run("""{ "alpha": 0.5, "labeledBatchSize": 4 }""", TwoPerClass),
        Run("""{ "alpha": 0.5, "labeledBatchSize": 5 }""", TwoPerClass));

    [Theory]
    [InlineData("""{ "alpha": 0.5, "labeledBatchSize": 24, "classFrequencies": "equal" }""")]
    [InlineData("""{ "viewsTogether": 2 }""")]
    public void Interrupted_and_resumed_run_ends_in_the_same_bits(string student)
    {
        using var interrupted = new StageFixture { CancelAt = 4 };
        Assert.Throws<OperationCanceledException>(() => Run(interrupted, student, TwoPerClass, topK: 3));

        using var resumed = new StageFixture();
        interrupted.CopyFilesTo(resumed);
        Assert.Equal(Run(student, TwoPerClass, topK: 3), Run(resumed, student, TwoPerClass, topK: 3));
        Assert.Equal(5, resumed.Reports[0].Done);
    }

    [Theory]
    [InlineData("{}", 0)]
    [InlineData("""{ "classFrequencies": "equal" }""", 3)]
    [InlineData("""{ "alpha": 0.5, "labeledBatchSize": 4 }""", 0)]
    public void Steps_leak_no_tensor(string student, int topK)
    {
        using var fixture = new StageFixture();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Run(fixture, student, TwoPerClass, topK, steps: 24);

        var counts = fixture.TensorCounts;
        Assert.Equal(24, counts.Count);
        Assert.All(counts[8..], count => Assert.True(count <= counts[4], $"{counts[4]} tensors after step 5, {count} later"));
    }

    [Fact]
    public void Views_that_come_together_change_the_batches() =>
        Assert.NotEqual(Run("{}", TwoPerClass), Run("""{ "viewsTogether": 2 }""", TwoPerClass));

    [Fact]
    public void Unlabeled_images_of_a_fully_labeled_split_are_rejected()
    {
        var thrown = Assert.Throws<UserException>(() => Run("""{ "images": "unlabeled" }""", new LabelSplitOptions(1, null, null, 0)));
        Assert.Contains("student.images", thrown.Message, StringComparison.Ordinal);
    }

    private static string Run(string student, LabelSplitOptions labels, int topK = 0)
    {
        using var fixture = new StageFixture();
        return Run(fixture, student, labels, topK);
    }

    private static string Run(StageFixture fixture, string student, LabelSplitOptions labels, int topK, int steps = 8)
    {
        using var scope = NewDisposeScope();
        var folder = fixture.Folder["targets"];
        Directory.CreateDirectory(folder);
        WriteTargets(Path.Combine(folder, "a.parquet"), topK);
        fixture.Inputs[SoftTargets] = folder;
        var context = fixture.Context("distill");
        DistillStage.Run(
            context,
            TinyStudent.Options(student, steps, batchSize: 8),
            StageFixture.Settings,
            SampleData.Open(),
            labels,
            Crops,
            SoftTargets);
        return FileHash.OfFile(fixture.Folder[DistillStage.Output]);
    }

    /// <summary>Writes two views per image of the sample, with logits of a closed form.</summary>
    private static void WriteTargets(string path, int topK)
    {
        var train = SampleData.Train;
        var views = Enumerable.Range(0, 2 * train.Count).Select(row => (row / 2, row % 2)).ToList();
        var logits_NK = Pattern.Uniform("opinion", views.Count, train.ClassNames.Count).mul(4);
        var rows = SoftTargetRows.FromLogits(views, [.. views.Select(v => Crop.Whole with { Flipped = v.Item2 == 1 })], logits_NK, topK);
        SoftTargetWriter.Write(path, [rows], new Dictionary<string, string>(), topK);
    }
}
