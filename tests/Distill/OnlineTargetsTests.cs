using Distill.Distill;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Imaging.Splits;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Pipeline.Storage;
using Tests.Datasets;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Distill;

/// <summary>Distillation whose teacher labels fresh views in every step.</summary>
[Collection(TorchTests.Name)]
[Trait("Category", "Slow")]
public sealed class OnlineTargetsTests : IDisposable
{
    private const int BatchSize = 8;

    private static readonly Compute Cpu = new(CPU, false);
    private static readonly CropOptions Crops = new((0.5, 1), (0.75, 4.0 / 3), 0.5);
    private static readonly LabelSplitOptions TwoPerClass = new(null, 2, null, 0);
    private static readonly NetworkOptions Network = new(Architecture.ResNet18, 0.125, Stem.Small);
    private static readonly ClassifierSource Teacher = ClassifierSource.Plain(new("finetune", "weights.safetensors"), Network);

    private readonly StageFixture _teacher = new();

    public OnlineTargetsTests()
    {
        using var network = NewTeacher();
        Durable.WriteFile(TeacherPath, stream => Weights.Save(network, stream));
    }

    private string TeacherPath => _teacher.Folder["teacher.safetensors"];

    public void Dispose() => _teacher.Dispose();

    [Fact]
    public void Logits_are_those_of_the_teacher_in_inference_mode()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var train = SampleData.Train;
        using var bank = ImageBank.Open(train, CPU, 1);
        var teacher = NewTeacher();
        using var targets = Targets(teacher, bank, [3, 1, 4, 15, 9], BatchSize);
        var views = bank.Cut(new ViewBatch([.. targets.ViewsAt(2)]));

        targets.Show(StepInputs.Of(views.alias()), 0, [.. Enumerable.Range(0, BatchSize).Select(row => (long)row)]);

        teacher.eval();
        var expected = teacher.forward(views);
        Close.Relatively(expected, targets.LogitsAt(2, ..), 1e-5);
        Close.Relatively(expected.narrow(0, 3, 4), targets.LogitsAt(2, 3..7), 1e-5);
    }

    [Fact]
    public void Every_pass_shows_each_chosen_image_in_another_view()
    {
        using var bank = ImageBank.Open(SampleData.Train, CPU, 1);
        int[] images = [3, 1, 4, 15];
        using var targets = Targets(NewTeacher(), bank, images, 4);
        var passes = Enumerable.Range(0, 5).Select(step => targets.ViewsAt(step).ToList()).ToList();

        Assert.All(passes, pass => Assert.Equal(images.Order(), pass.Select(view => view.Image).Order()));
        Assert.Equal(20, passes.SelectMany(pass => pass).Select(view => (view.Image, view.Crop)).Distinct().Count());
        Assert.Equal(targets.ViewsAt(3), targets.ViewsAt(3));
    }

    [Fact]
    public void Views_of_an_image_that_come_together_differ()
    {
        using var bank = ImageBank.Open(SampleData.Train, CPU, 1);
        using var targets = Targets(NewTeacher(), bank, [3, 1, 4, 15], 6, """{ "viewsTogether": 3 }""");
        var views = Enumerable.Range(0, 4).SelectMany(step => targets.ViewsAt(step)).ToList();

        Assert.Equal(2, targets.EpochsAfter(4));
        Assert.All(views.Chunk(3), some => Assert.Single(some.Select(view => view.Image).Distinct()));
        Assert.Equal(24, views.Select(view => (view.Image, view.Crop)).Distinct().Count());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "viewsTogether": 4 }""")]
    [InlineData("""{ "alpha": 0.5, "labeledBatchSize": 3, "groups": 2 }""")]
    [InlineData("""{ "images": "unlabeled" }""")]
    public void Interrupted_and_resumed_run_ends_in_the_same_bits(string student)
    {
        using var whole = new StageFixture();
        var expected = Run(whole, student);

        using var interrupted = new StageFixture { CancelAt = 4 };
        Assert.Throws<OperationCanceledException>(() => Run(interrupted, student));
        using var resumed = new StageFixture();
        interrupted.CopyFilesTo(resumed);

        Assert.Equal(expected, Run(resumed, student));
        Assert.Equal(5, resumed.Reports[0].Done);
    }

    [Fact]
    public void Steps_leak_no_tensor()
    {
        using var fixture = new StageFixture();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Run(fixture, "{}", steps: 24);

        var counts = fixture.TensorCounts;
        Assert.All(counts[8..], count => Assert.True(count <= counts[4], $"{counts[4]} tensors after step 5, {count} later"));
    }

    private static OnlineTargets Targets(ResNet teacher, ImageBank bank, int[] images, int batchSize, string student = "{}") =>
        new(teacher, bank, images, Crops, TinyStudent.Options(student, 8, batchSize), Cpu, RandomKey.FromSeed(1));

    private static ResNet NewTeacher()
    {
        var teacher = ResNet.Create(Network, 1, SampleData.Train.ClassNames.Count, Cpu, RandomKey.FromSeed(7));
        Pattern.Fill(teacher);
        return teacher;
    }

    private string Run(StageFixture fixture, string student, int steps = 8)
    {
        using var scope = NewDisposeScope();
        fixture.Inputs[Teacher.Artifact] = TeacherPath;
        DistillStage.RunOnline(
            fixture.Context("distill"),
            TinyStudent.Options(student, steps, BatchSize),
            StageFixture.Settings,
            SampleData.Open(),
            TwoPerClass,
            Crops,
            Teacher);
        return FileHash.OfFile(fixture.Folder[DistillStage.Output]);
    }
}
