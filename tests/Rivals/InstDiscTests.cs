using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Rivals.InstDisc;
using Distill.Rivals.Memory;
using Distill.Rivals.Training;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Rivals;

/// <summary>Instance discrimination, against plain loops in double precision.</summary>
[Collection(TorchTests.Name)]
public sealed class InstDiscTests
{
    private const int Batch = 4;
    private const int Length = 5;
    private static readonly RandomKey Key = RandomKey.FromSeed(2).Fold("instdisc");

    private static readonly InstDiscOptions Options = new(
        TinyDataset.Network,
        new MemoryOptions(Length, Temperature: 0.2, Momentum: 0.3),
        new AugmentationOptions(new CropOptions((0.5, 1), (1, 1), 0.5), []),
        new TrainingOptions(5, Batch, OptimizerOptions.Default with { LearningRate = 0.01 }));

    [Fact]
    public void Loss_is_the_softmax_over_all_images_and_the_bank_follows_the_projections()
    {
        using var scope = NewDisposeScope();
        using var images = ImageBank.Open(new TinyDataset().Train(), CPU, threads: 1);
        using var network = ContrastiveNetwork.Create(Options.Network, Options.Head, 1, StageFixture.Settings.Compute, Key);
        using var task = Task(network, images);
        var before = Rows(task.ExtraState["bank"]);
        var count = images.Images.Count;
        var outputs = Pattern.Uniform("outputs", Batch, Length).requires_grad_();
        var projections = Rows(outputs.detach()).Select(Unit).ToArray();
        var batch = new BatchPlan(Key, count, Batch).At(2).Select(sample => sample.Index).ToArray();

        var loss = task.Loss(2, outputs);
        task.AfterStep(2);

        var expected = Enumerable.Range(0, Batch).Average(i =>
        {
            var exponentials = before.Select(entry => Math.Exp(Dot(entry, projections[i]) / 0.2)).ToArray();
            return -Math.Log(exponentials[batch[i]] / exponentials.Sum());
        });
        Assert.Equal(expected, loss.ReadDouble(), 1e-5);
        var after = Rows(task.ExtraState["bank"]);
        for (var image = 0; image < count; image++)
        {
            var place = Array.IndexOf(batch, image);
            var entry = place < 0 ? before[image] : Unit([.. before[image].Zip(projections[place], (old, now) => 0.3 * old + 0.7 * now)]);
            Assert.All(entry.Zip(after[image]), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }
    }

    [Fact]
    public void Entries_start_at_random_on_the_unit_sphere()
    {
        using var scope = NewDisposeScope();
        using var images = ImageBank.Open(new TinyDataset().Train(), CPU, threads: 1);
        using var network = ContrastiveNetwork.Create(Options.Network, Options.Head, 1, StageFixture.Settings.Compute, Key);
        using var task = Task(network, images);
        var bank = Rows(task.ExtraState["bank"]);

        Assert.All(bank, entry => Assert.Equal(1, Dot(entry, entry), 1e-5));
        Assert.Equal(bank.Length, bank.Select(entry => entry[0]).Distinct().Count());
        Assert.Equal(Math.Log(bank.Length), task.ChanceLoss(3));
    }

    private static MemoryTask Task(ContrastiveNetwork network, ImageBank images) => new(
        network,
        () => network,
        new ImageViews(images, Options.Augmentations, Options.Training, Key, [null]),
        new MemoryBank(Options.Memory, images.Images.Count, Key.Fold("bank"), CPU));

    private static double[][] Rows(Tensor rows) =>
        [.. rows.ReadAll<float>().Chunk(Length).Select(row => row.Select(value => (double)value).ToArray())];

    private static double Dot(double[] a, double[] b) => a.Zip(b).Sum(pair => pair.First * pair.Second);

    private static double[] Unit(double[] a) => [.. a.Select(value => value / Math.Sqrt(Dot(a, a)))];
}
