using Distill.Imaging.Augmentation;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Safetensors;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;
using Distill.Rivals.Tuning;
using Distill.Supervised;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Rivals;

/// <summary>A network that trains further starts from all of its weights, and learns from the labeled images only.</summary>
[Collection(TorchTests.Name)]
public sealed class TuneStageTests : IDisposable
{
    private static readonly int[] Labeled = [0, 1, 2, 3, 4, 5];
    private static readonly AugmentationOptions Views = new(new CropOptions((0.5, 1), (1, 1), 0.5), []);
    private static readonly ClassifierSource Before = ClassifierSource.Plain(new Artifact("before", TuneStage.Output), TinyDataset.Network);

    private readonly StageFixture _before = new();

    public TuneStageTests() => SupervisedStage.Run(
        _before.Context("before"),
        new SupervisedOptions(TinyDataset.Network, Views, new TrainingOptions(4, 4, OptimizerOptions.Default)),
        StageFixture.Settings,
        new TinyDataset(),
        TinyDataset.Labeled(_before.Folder, "labels.txt", Labeled));

    private string Weights => _before.Folder[SupervisedStage.Output];

    [Fact]
    public void Without_a_rate_the_weights_stay_classifier_included()
    {
        using var fixture = new StageFixture();
        Run(fixture, rate: 0);
        using var scope = NewDisposeScope();
        var before = SafetensorsFile.Read(Weights);
        var after = SafetensorsFile.Read(fixture.Folder[TuneStage.Output]);
        string[] trained = [.. before.Keys.Where(key => key.Split('.')[^1] is "weight" or "bias")];
        Assert.Contains("fc.weight", trained);
        Assert.All(trained, key => Close.Exactly(before[key], after[key]));
    }

    [Fact]
    public void Loss_of_the_labeled_images_falls()
    {
        using var fixture = new StageFixture();
        Run(fixture, rate: 0.01, steps: 30);
        var losses = fixture.Reports.Select(report => report.Metrics.Single(metric => metric.Name == "loss").Value).ToArray();
        Assert.True(losses[^1] < losses[0], string.Join(", ", losses));
    }

    [Fact]
    public void Labels_of_unlabeled_images_are_never_read()
    {
        using var one = new StageFixture();
        using var other = new StageFixture();
        Run(one, rate: 0.01);
        Run(other, rate: 0.01, dataset: new TinyDataset
        {
            Relabel = (image, label) => Labeled.Contains(image) ? label : (label + 1) % TinyDataset.Classes,
        });
        Assert.Equal(HashOf(one), HashOf(other));
    }

    [Fact]
    public void Interrupted_and_resumed_run_ends_in_the_same_bits()
    {
        using var uncut = new StageFixture();
        Run(uncut, rate: 0.01);
        using var fixture = new StageFixture { CancelAt = 3 };
        Assert.Throws<OperationCanceledException>(() => Run(fixture, rate: 0.01));
        using var resumed = new StageFixture();
        fixture.CopyFilesTo(resumed);
        Run(resumed, rate: 0.01);
        Assert.Equal(HashOf(uncut), HashOf(resumed));
    }

    public void Dispose() => _before.Dispose();

    private void Run(StageFixture fixture, double rate, int steps = 5, TinyDataset? dataset = null)
    {
        fixture.Inputs[Before.Artifact] = Weights;
        var optimizer = OptimizerOptions.Default with { LearningRate = rate, WeightDecay = 0 };
        TuneStage.Run(
            fixture.Context("s4l-tuned"),
            new TuneOptions("s4l-tuned", "s4l-retrained", Views, new TrainingOptions(steps, 4, optimizer)),
            StageFixture.Settings,
            dataset ?? new TinyDataset(),
            TinyDataset.Labeled(fixture.Folder, "labels.txt", Labeled),
            Before);
    }

    private static string HashOf(StageFixture fixture) => FileHash.OfFile(fixture.Folder[TuneStage.Output]);
}
