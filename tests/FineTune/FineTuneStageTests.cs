using Distill.FineTune;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Training;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Safetensors;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.FineTune;

[Collection(TorchTests.Name)]
public sealed class FineTuneStageTests
{
    private static readonly int[] Labeled = [0, 1, 2, 3, 4, 5];

    [Fact]
    public void Labels_of_unlabeled_images_are_never_read() => Assert.Equal(
        Run(new TinyDataset()),
        Run(new TinyDataset { Relabel = (image, label) => Labeled.Contains(image) ? label : (label + 1) % TinyDataset.Classes }));

    [Fact]
    public void Labels_of_labeled_images_are_read() => Assert.NotEqual(
        Run(new TinyDataset()),
        Run(new TinyDataset { Relabel = (image, label) => image == Labeled[0] ? (label + 1) % TinyDataset.Classes : label }));

    [Fact]
    public void Same_seed_gives_the_same_bits_and_another_seed_does_not()
    {
        var hash = Run(new TinyDataset());

        Assert.Equal(hash, Run(new TinyDataset()));
        Assert.NotEqual(hash, Run(new TinyDataset(), seed: 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Head_layers_above_fromLayer_are_gone(int fromLayer)
    {
        using var fixture = new StageFixture();
        Run(fixture, new TinyDataset(), fromLayer);

        var layers = SafetensorsFile.ReadShapes(fixture.Folder[FineTuneStage.Output]).Keys
            .Where(key => key.StartsWith("head.", StringComparison.Ordinal))
            .Select(key => key.Split('.')[1])
            .Distinct();
        Assert.Equal(Enumerable.Range(0, fromLayer).Select(layer => $"{layer}"), layers.Order());
    }

    [Fact]
    public void Training_starts_from_the_pretrained_weights()
    {
        using var fixture = new StageFixture();
        Run(fixture, new TinyDataset(), fromLayer: 1, learningRate: 0);

        // Running statistics of batch norm change even at rate 0.
        TinyNetworks.AssertSameWeights(
            fixture.Inputs[TinyNetworks.PretrainedArtifact],
            fixture.Folder[FineTuneStage.Output],
            key => key.EndsWith("weight", StringComparison.Ordinal) ? FineTunedNetwork.PretrainedKey(key) : null);
    }

    [Fact]
    public void Interrupted_and_resumed_run_ends_in_the_same_bits()
    {
        using var fixture = new StageFixture { CancelAt = 3 };
        Assert.Throws<OperationCanceledException>(() => Run(fixture, new TinyDataset(), fromLayer: 1));

        using var resumed = new StageFixture();
        fixture.CopyFilesTo(resumed);
        Run(resumed, new TinyDataset(), fromLayer: 1);
        Assert.Equal(4, resumed.Reports[0].Done);
        Assert.Equal(Run(new TinyDataset()), FileHash.OfFile(resumed.Folder[FineTuneStage.Output]));
    }

    private static string Run(TinyDataset dataset, long seed = 0)
    {
        using var fixture = new StageFixture();
        Run(fixture, dataset, fromLayer: 1, seed: seed);
        return FileHash.OfFile(fixture.Folder[FineTuneStage.Output]);
    }

    /// <summary>At rate 0 the classifier stays what it starts from, and its held-out accuracy is that of the probe.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Classifier_may_start_from_a_logistic_regression_on_the_features_below_it(int fromLayer)
    {
        using var fixture = new StageFixture();
        var result = Run(fixture, new TinyDataset(), fromLayer, learningRate: 0, start: ClassifierStart.Probe);
        Assert.True(result.Metrics["strength"]!.GetValue<double>() > 0);

        using var scope = NewDisposeScope();
        using var labeled = LabeledImages.Load(
            new TinyDataset(), TinyDataset.Labeled(fixture.Folder, "labels.txt", Labeled), StageFixture.Settings);
        using var network = (FineTunedNetwork)TinyNetworks.FineTuned("finetune", fromLayer).Build(
            labeled.Shape.Channels, labeled.ClassCount, null);
        Weights.LoadPart(network, fixture.Inputs[TinyNetworks.PretrainedArtifact], FineTunedNetwork.PretrainedKey);
        var trained = SafetensorsFile.Read(fixture.Folder[FineTuneStage.Output]);
        network.SetClassifier(trained["classifier.weight"], trained["classifier.bias"]);
        var labels_N = labeled.Labels([0, 1, 2, 3, 4, 5]);
        var loss = nn.functional.cross_entropy(labeled.Outputs(network, StageFixture.Settings.Compute), labels_N).ReadDouble();
        Assert.True(loss < 0.9 * Math.Log(TinyDataset.Classes), $"the loss is {loss}, and {Math.Log(TinyDataset.Classes)} from zero");
    }

    [Fact]
    public void Fitted_classifier_is_read_by_a_run_that_resumes_and_a_damaged_one_is_fitted_again()
    {
        const string file = "probe.safetensors";
        using var first = new StageFixture();
        Run(first, new TinyDataset(), fromLayer: 1, start: ClassifierStart.Probe);
        var fitted = File.ReadAllBytes(first.Folder[file]);
        var other = fitted.ToArray();
        other.AsSpan(^4..).Clear();
        Assert.Equal(HashAfter(fitted), FileHash.OfFile(first.Folder[FineTuneStage.Output]));
        Assert.Equal(HashAfter(fitted[..^4]), FileHash.OfFile(first.Folder[FineTuneStage.Output]));
        Assert.NotEqual(HashAfter(other), FileHash.OfFile(first.Folder[FineTuneStage.Output]));

        static string HashAfter(byte[] content)
        {
            using var fixture = new StageFixture();
            File.WriteAllBytes(fixture.Folder[file], content);
            Run(fixture, new TinyDataset(), fromLayer: 1, start: ClassifierStart.Probe);
            return FileHash.OfFile(fixture.Folder[FineTuneStage.Output]);
        }
    }

    private static StageResult Run(
        StageFixture fixture,
        TinyDataset dataset,
        int fromLayer,
        double learningRate = 0.01,
        long seed = 0,
        ClassifierStart start = ClassifierStart.Zero)
    {
        fixture.Inputs[TinyNetworks.PretrainedArtifact] = TinyNetworks.WritePretrained(fixture.Folder);
        var options = new FineTuneOptions(
            null,
            fromLayer,
            start,
            new AugmentationOptions(null, []),
            new TrainingOptions(5, 4, OptimizerOptions.Default with { LearningRate = learningRate }));
        return FineTuneStage.Run(
            fixture.Context("finetune"),
            options,
            StageFixture.Settings with { Seed = seed },
            dataset,
            TinyDataset.Labeled(fixture.Folder, "labels.txt", Labeled),
            TinyNetworks.FineTuned("finetune", fromLayer),
            TinyNetworks.PretrainedArtifact);
    }
}
