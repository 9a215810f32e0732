using Distill.FineTune;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using Distill.Imaging.Loading;
using Distill.Imaging.Training;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Distill.Learning.Ranks;
using Distill.Learning.Training;
using Distill.Pipeline.Storage;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.FineTune;

/// <summary>Fine-tuning with pseudo-labels, against plain formulas.</summary>
[Collection(TorchTests.Name)]
public sealed class SemiSupervisedTests
{
    private const int Batch = 4;
    private const int Ratio = 3;

    private static readonly int[] Labeled = [0, 1, 2, 3, 4, 5];
    private static readonly RandomKey Key = RandomKey.FromSeed(3).Fold("finetune");

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.4, false)]
    [InlineData(0.4, true)]
    public void Loss_is_that_of_labels_and_of_confident_pseudo_labels(double debiasing, bool byClass)
    {
        using var scope = NewDisposeScope();
        // Another mean prediction than the uniform one, and a threshold that half of the views reach.
        var mean = new[] { 0.5, 0.3, 0.2 };
        using var first = new Fixture(Options());
        var free = first.WeakLogits(2)
            .Select(logits => Softmax([.. logits.Select((z, k) => z - (debiasing * Math.Log(mean[k])))])).ToArray();
        var labels = free.Select(p => Array.IndexOf(p, p.Max())).ToArray();
        var confidence = free.Select((p, view) => p.Max() / (byClass ? mean[labels[view]] / mean[0] : 1)).ToArray();
        var threshold = confidence.Order().Skip(5).Take(2).Average();

        using var fixture = new Fixture(Options(threshold, byClass, debiasing));
        fixture.Pseudo.State["predictions"].copy_(tensor([0.5f, 0.3f, 0.2f]));
        using var inputs = fixture.Task.Inputs(2);
        var outputs = Pattern.Uniform("outputs", Batch * (1 + Ratio), TinyDataset.Classes);
        var sum = 0.0;
        for (var view = 0; view < Batch * Ratio; view++)
        {
            if (confidence[view] >= threshold)
            {
                var row = Enumerable.Range(0, 3).Select(k => outputs[view, k].ReadDouble() + debiasing * Math.Log(mean[k])).ToArray();
                sum -= Math.Log(Softmax(row)[labels[view]]);
            }
        }

        var given = fixture.Labels(2);
        var labeled = Enumerable.Range(0, Batch).Average(i => -Math.Log(Softmax(
            [.. Enumerable.Range(0, 3).Select(k => outputs[(Batch * Ratio) + i, k].ReadDouble())])[given[i]]));
        Assert.NotEqual(0, sum);
        Assert.Equal(labeled + (2 * sum / (Batch * Ratio)), fixture.Task.Loss(2, outputs).ReadDouble(), 1e-5);
    }

    [Fact]
    public void Rows_are_strong_views_of_all_images_and_then_labeled_ones()
    {
        using var fixture = new Fixture(Options());
        using var scope = NewDisposeScope();
        using var inputs = fixture.Task.Inputs(1);
        var all = inputs.All();
        Assert.Equal(Batch * (1 + Ratio), all.shape[0]);
        Close.Exactly(all.narrow(0, 5, 9), inputs.Part(5, 9));
        Close.Exactly(fixture.StrongViews(1), all.narrow(0, 0, Batch * Ratio));
        Close.Exactly(fixture.LabeledViews(1), all.narrow(0, Batch * Ratio, Batch));
    }

    [Fact]
    public void Averages_follow_weights_statistics_and_predictions()
    {
        using var fixture = new Fixture(Options());
        using var scope = NewDisposeScope();
        using var inputs = fixture.Task.Inputs(0);
        var before = Copy(fixture.Pseudo.Network);
        var predicted = fixture.WeakLogits(0).Select(Softmax).ToArray();
        using (no_grad())
        {
            foreach (var tensor in fixture.Network.state_dict().Values.Where(tensor => tensor.is_floating_point()))
            {
                tensor.Plus_(1.0);
            }
        }

        fixture.Task.AfterStep(0);

        // Step 0 keeps a tenth.
        foreach (var (name, value) in fixture.Pseudo.Network.state_dict().Where(entry => entry.Value.is_floating_point()))
        {
            Close.To(before[name].Plus(0.9), value, 1e-5, name);
        }

        var expected = Enumerable.Range(0, 3).Select(k => 0.1 / 3 + 0.9 * predicted.Average(p => p[k])).ToArray();
        Assert.All(expected.Zip(fixture.Pseudo.State["predictions"].ReadAll<float>()), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void Interrupted_and_resumed_run_ends_in_the_same_bits()
    {
        using var uncut = new StageFixture();
        Run(uncut);
        using var fixture = new StageFixture { CancelAt = 3 };
        Assert.Throws<OperationCanceledException>(() => Run(fixture));

        using var resumed = new StageFixture();
        fixture.CopyFilesTo(resumed);
        Run(resumed);
        Assert.Equal(4, resumed.Reports[0].Done);
        Assert.Equal(HashOf(uncut), HashOf(resumed));
    }

    [Fact]
    public void Labels_of_unlabeled_images_are_never_read()
    {
        using var one = new StageFixture();
        using var other = new StageFixture();
        Run(one);
        Run(other, new TinyDataset { Relabel = (image, label) => Labeled.Contains(image) ? label : (label + 1) % TinyDataset.Classes });
        Assert.Equal(HashOf(one), HashOf(other));
    }

    private static string HashOf(StageFixture fixture) => FileHash.OfFile(fixture.Folder[FineTuneStage.Output]);

    private static FineTuneOptions Options(double threshold = 0.5, bool byClass = true, double debiasing = 0.4) => new(
        null,
        1,
        ClassifierStart.Zero,
        new AugmentationOptions(new CropOptions((0.5, 1), (1, 1), 0.5), []),
        new TrainingOptions(5, Batch, OptimizerOptions.Default with { LearningRate = 0.01 }))
    {
        Unlabeled = new UnlabeledOptions(
            Ratio,
            new AugmentationOptions(new CropOptions((0.3, 1), (1, 1), 0.5), [new Flip(0.5)]),
            threshold,
            byClass,
            Weight: 2,
            debiasing,
            Momentum: 0.99),
    };

    private static void Run(StageFixture fixture, TinyDataset? dataset = null)
    {
        fixture.Inputs[TinyNetworks.PretrainedArtifact] = TinyNetworks.WritePretrained(fixture.Folder);
        FineTuneStage.Run(
            fixture.Context("finetune"),
            Options(threshold: 0.34),
            StageFixture.Settings,
            dataset ?? new TinyDataset(),
            TinyDataset.Labeled(fixture.Folder, "labels.txt", Labeled),
            TinyNetworks.FineTuned("finetune", 1),
            TinyNetworks.PretrainedArtifact);
    }

    private static Dictionary<string, Tensor> Copy(FineTunedNetwork network) =>
        network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());

    private static double[] Softmax(double[] logits)
    {
        var exponentials = logits.Select(Math.Exp).ToArray();
        return [.. exponentials.Select(value => value / exponentials.Sum())];
    }

    /// <summary>A task on the tiny dataset, and what it should be made of.</summary>
    private sealed class Fixture : IDisposable
    {
        private readonly StageFixture _stage = new();
        private readonly FineTuneOptions _options;
        private readonly LabeledImages _labeled;
        private readonly ImageBank _bank;
        private readonly BatchPlan _plan;

        public Fixture(FineTuneOptions options)
        {
            _options = options;
            var train = new TinyDataset().Train();
            _labeled = new LabeledImages(train, Labeled, CPU, threads: 1);
            _bank = ImageBank.Open(train, CPU, threads: 1);
            _plan = new BatchPlan(Key.Fold("unlabeled"), train.Count, Batch * Ratio);
            (Network, var average) = (Create(), Create());
            Pattern.Fill(Network);
            Weights.CopyAll(average, Network);
            Pseudo = new PseudoLabels(
                average, TinyDataset.Classes, batch: 5, options.Unlabeled!, StageFixture.Settings.Compute, Alone.Instance);
            Task = new SemiSupervisedTask(Network, Create, _labeled, Pseudo, options, parts: 1, Key);
        }

        public FineTunedNetwork Network { get; }

        public PseudoLabels Pseudo { get; }

        public SemiSupervisedTask Task { get; }

        public Tensor StrongViews(long step) => Views(step, _options.Unlabeled!.Augmentations, 1);

        public Tensor LabeledViews(long step)
        {
            using var task = new LabeledTask(Network, Create, _labeled, _options.Augmentations, _options.Training, Key);
            using var inputs = task.Inputs(step);
            return inputs.All().clone();
        }

        public double[][] WeakLogits(long step)
        {
            using var frozen = no_grad();
            var logits_NK = Pseudo.Network.forward(Views(step, _options.Augmentations, 0));
            return [.. logits_NK.ReadAll<float>().Chunk(TinyDataset.Classes).Select(row => row.Select(z => (double)z).ToArray())];
        }

        public long[] Labels(long step) => _labeled
            .Labels(new BatchPlan(Key, Labeled.Length, Batch).At(step).Select(sample => sample.Index)).ReadAll<long>();

        public void Dispose()
        {
            Task.Dispose();
            Pseudo.Network.Dispose();
            Pseudo.Dispose();
            Network.Dispose();
            _bank.Dispose();
            _labeled.Dispose();
            _stage.Dispose();
        }

        private Tensor Views(long step, AugmentationOptions views, int view) => _bank.Cut(
            new ViewBatch(
                [.. _plan.At(step).Select(sample => _bank.Draw(sample.Index, views.Crop, sample.View(Key.Fold("unlabeled"), view)))])
            {
                Operations = views.Operations,
            });

        private static FineTunedNetwork Create()
        {
            var shape = new TinyDataset().Train().Shape;
            return (FineTunedNetwork)TinyNetworks.FineTuned("finetune", 1).Build(shape.Channels, TinyDataset.Classes, null);
        }
    }
}
