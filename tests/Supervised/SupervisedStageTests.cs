using Distill.Imaging.Augmentation;
using Distill.Imaging.Splits;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;
using Distill.Supervised;
using Tests.Learning;

namespace Tests.Supervised;

[Collection(TorchTests.Name)]
public sealed class SupervisedStageTests
{
    private static readonly int[] Labeled = [0, 1, 2, 3, 4, 5, 6, 7, 8];

    private static readonly SupervisedOptions Options = new(
        TinyDataset.Network,
        new AugmentationOptions(null, []),
        new TrainingOptions(5, 4, OptimizerOptions.Default with { LearningRate = 0.01 }));

    private static TinyDataset OtherLabels =>
        new() { Relabel = (image, label) => Labeled.Contains(image) ? label : (label + 1) % TinyDataset.Classes };

    [Fact]
    public void Labels_of_unlabeled_images_are_never_read() => Assert.Equal(Run(new TinyDataset()), Run(OtherLabels));

    [Fact]
    public void Same_seed_gives_the_same_bits_and_another_seed_does_not()
    {
        var hash = Run(new TinyDataset());

        Assert.Equal(hash, Run(new TinyDataset()));
        Assert.NotEqual(hash, Run(new TinyDataset(), seed: 1));
    }

    [Fact]
    public void Fold_counts_the_correct_predictions_on_its_held_out_images()
    {
        using var fixture = new StageFixture();
        var fold = new Fold(2, 3);
        var dataset = new TinyDataset();
        var result = RunFold(fixture, dataset, fold);

        var train = dataset.Train();
        var (_, heldOut) = fold.Split(Labeled, train);
        var logits = PlainInference.Logits(TinyNetworks.Student("supervised"), fixture.Folder[SupervisedStage.Output], train);
        Assert.Equal(heldOut.Count, result.Metrics["heldOut"]!.GetValue<int>());
        Assert.Equal(
            heldOut.Count(image => PlainInference.Argmax(logits[image]) == train.Labels[image]),
            result.Metrics["correct"]!.GetValue<int>());
    }

    [Fact]
    public void Fold_never_reads_labels_of_unlabeled_images()
    {
        using var one = new StageFixture();
        using var other = new StageFixture();
        var correct = RunFold(one, new TinyDataset(), new Fold(1, 3)).Metrics["correct"]!.GetValue<int>();

        Assert.Equal(correct, RunFold(other, OtherLabels, new Fold(1, 3)).Metrics["correct"]!.GetValue<int>());
        Assert.Equal(FileHash.OfFile(one.Folder[SupervisedStage.Output]), FileHash.OfFile(other.Folder[SupervisedStage.Output]));
    }

    private static string Run(TinyDataset dataset, long seed = 0)
    {
        using var fixture = new StageFixture();
        SupervisedStage.Run(
            fixture.Context("supervised"),
            Options,
            StageFixture.Settings with { Seed = seed },
            dataset,
            TinyDataset.Labeled(fixture.Folder, "labels.txt", Labeled));
        return FileHash.OfFile(fixture.Folder[SupervisedStage.Output]);
    }

    private static StageResult RunFold(StageFixture fixture, TinyDataset dataset, Fold fold) => SupervisedStage.RunFold(
        fixture.Context("supervised"),
        Options,
        StageFixture.Settings,
        dataset,
        TinyDataset.Labeled(fixture.Folder, "labels.txt", Labeled),
        fold);
}
