using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using Distill.Imaging.Loading;
using Distill.Imaging.Training;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Training;

[Collection(TorchTests.Name)]
public sealed class LabeledTaskTests
{
    private const int BatchSize = 4;

    private static readonly RandomKey Key = RandomKey.FromSeed(5).Fold("labeled task");
    private static readonly ImageShape Shape = new(1, 6, 5);
    private static readonly int[] Labeled = [1, 2, 5, 7, 8, 9];
    private static readonly AugmentationOptions Views = new(new CropOptions((0.5, 1), (1, 1), 0.5), [new Flip(0.5)]);
    private static readonly TrainingOptions Options = new(10, BatchSize, new OptimizerOptions(OptimizerKind.Sgd, 0.1, 0, 0.9, 0));

    [Fact]
    public void Inputs_are_views_of_labeled_images_drawn_by_their_keys()
    {
        using var scope = NewDisposeScope();
        var images = Images();
        using var labeled = new LabeledImages(images, Labeled, CPU, threads: 1);
        using var task = Task(labeled);
        using var bank = ImageBank.Open(images, CPU, threads: 1);

        var samples = new BatchPlan(Key, Labeled.Length, BatchSize).At(3);
        var requests = samples.Select(sample => bank.Draw(Labeled[sample.Index], Views.Crop, sample.View(Key, 0)));
        var expected = bank.Cut(new ViewBatch([.. requests]) { Operations = Views.Operations });

        Close.Exactly(expected, task.Inputs(3).All());
    }

    [Fact]
    public void Loss_is_the_cross_entropy_of_the_labels_of_the_step()
    {
        using var scope = NewDisposeScope();
        var images = Images();
        using var labeled = new LabeledImages(images, Labeled, CPU, threads: 1);
        using var task = Task(labeled);
        var logits_NK = Pattern.Uniform("logits", BatchSize, 3);

        var samples = new BatchPlan(Key, Labeled.Length, BatchSize).At(2);
        var probabilities_NK = logits_NK.softmax(1);
        var classes = samples.Select(sample => images.Labels[Labeled[sample.Index]]);
        var expected = classes.Select((label, n) => -Math.Log(probabilities_NK[n, label].ToDouble())).Average();

        Assert.Equal(expected, task.Loss(2, logits_NK).ToDouble(), 1e-5);
    }

    [Fact]
    public void Epochs_count_passes_over_the_labeled_images()
    {
        using var scope = NewDisposeScope();
        using var labeled = new LabeledImages(Images(), Labeled, CPU, threads: 1);
        using var task = Task(labeled);

        Assert.Equal(2, task.EpochOf(3));
        Assert.Equal((Labeled.Length, 3), (labeled.Count, labeled.ClassCount));
    }

    private static LabeledTask Task(LabeledImages labeled) => new(nn.Linear(1, 1), () => nn.Linear(1, 1), labeled, Views, Options, Key);

    /// <summary>Ten random images. Those that are not labeled have the class 0.</summary>
    private static ImageSet Images() => new(
        "toy",
        Shape,
        [.. Enumerable.Range(0, 10 * Shape.Size).Select(i => (byte)Key.Below(i, 256))],
        [.. Enumerable.Range(0, 10).Select(i => Labeled.Contains(i) ? 1 + i % 2 : 0)],
        ["none", "even", "odd"]);
}
