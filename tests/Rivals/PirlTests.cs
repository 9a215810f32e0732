using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using Distill.Learning.Arithmetic;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Rivals.Memory;
using Distill.Rivals.Pirl;
using Distill.Rivals.Training;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Rivals;

[Collection(TorchTests.Name)]
public sealed class PirlTests
{
    private const int Batch = 4;
    private const int Length = 5;
    private static readonly RandomKey Key = RandomKey.FromSeed(2).Fold("pirl");

    private static readonly PirlOptions Options = new(
        TinyDataset.Network,
        new MemoryOptions(Length, Temperature: 0.2, Momentum: 0.3),
        new AugmentationOptions(new CropOptions((0.5, 1), (1, 1), 0.5), []),
        new TrainingOptions(5, Batch, OptimizerOptions.Default with { LearningRate = 0.01 }));

    /// <summary>11 × 8 pixels have patches of 3 × 2, and two rows and columns beyond them.</summary>
    [Fact]
    public void Patches_change_places_and_the_rest_stays()
    {
        using var scope = NewDisposeScope();
        var views = arange(3 * 2 * 11 * 8, ScalarType.Float32).view(3, 2, 11, 8);
        using var inputs = new JigsawInputs(StepInputs.Of(views.clone()), Key);
        var shuffled = inputs.All();
        Close.Exactly(shuffled.narrow(0, 1, 2), inputs.Part(1, 2));
        Close.Exactly(views.narrow(2, 9, 2), shuffled.narrow(2, 9, 2));
        Close.Exactly(views.narrow(3, 6, 2), shuffled.narrow(3, 6, 2));

        var orders = new List<string>();
        for (var row = 0; row < 3; row++)
        {
            var before = PatchesOf(views[row]);
            var order = PatchesOf(shuffled[row]).Select(patch => Array.FindIndex(before, patch.SequenceEqual)).ToArray();
            Assert.Equal(Enumerable.Range(0, 9), order.Order());
            orders.Add(string.Join(' ', order));
        }

        Assert.Equal(3, orders.Distinct().Count());

        static float[][] PatchesOf(Tensor view) =>
        [
            .. Enumerable.Range(0, 9).Select(patch =>
                view.narrow(1, patch / 3 * 3, 3).narrow(2, patch % 3 * 2, 2).contiguous().ReadAll<float>().ToArray()),
        ];
    }

    [Fact]
    public void Patches_go_through_the_encoder_one_by_one_and_are_joined_in_their_order()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = (PirlNetwork)Options.Create(1, generator: null);
        Pattern.Fill(network);
        network.eval();
        var views = Pattern.Uniform("views", 4, 1, 16, 16);
        var parts = network.named_children().ToDictionary(child => child.name, child => (nn.Module<Tensor, Tensor>)child.module);

        var outputs = network.call(views);

        foreach (var (image, row) in new[] { (0, 0), (1, 2) })
        {
            var features = parts["encoder"].call(views.narrow(0, row, 1));
            Close.To(parts["image"].call(features), outputs.narrow(0, row, 1), 1e-5, $"image {image}");
            Tensor[] patches =
            [
                .. Enumerable.Range(0, 9).Select(patch => parts["patch"].call(parts["encoder"].call(
                    views.narrow(0, row + 1, 1).narrow(2, patch / 3 * 5, 5).narrow(3, patch % 3 * 5, 5).contiguous()))),
            ];
            Close.To(parts["patches"].call(cat(patches, 1)), outputs.narrow(0, row + 1, 1), 1e-5, $"patches of image {image}");
        }
    }

    [Fact]
    public void Both_views_must_find_the_image_and_the_whole_one_is_remembered()
    {
        using var scope = NewDisposeScope();
        using var images = ImageBank.Open(new TinyDataset().Train(), CPU, threads: 1);
        using var network = Options.Create(1, generator: null);
        using var task = new MemoryTask(
            network,
            () => network,
            new ImageViews(
                images, Options.Augmentations, Options.Training, Key, null, (rows, step) => new JigsawInputs(rows, Key.Fold(step))),
            new MemoryBank(Options.Memory, images.Images.Count, Key.Fold("bank"), CPU));
        var before = Rows(task.ExtraState["bank"]);
        var outputs = Pattern.Uniform("outputs", 2 * Batch, Length);
        var projections = Rows(outputs).Select(Unit).ToArray();
        var batch = new BatchPlan(Key, images.Images.Count, Batch).At(2).Select(sample => sample.Index).ToArray();

        var loss = task.Loss(2, outputs);
        task.AfterStep(2);

        var expected = Enumerable.Range(0, 2 * Batch).Average(row =>
        {
            var exponentials = before.Select(entry => Math.Exp(Dot(entry, projections[row]) / 0.2)).ToArray();
            return -Math.Log(exponentials[batch[row / 2]] / exponentials.Sum());
        });
        Assert.Equal(expected, loss.ReadDouble(), 1e-5);
        var after = Rows(task.ExtraState["bank"])[batch[1]];
        var remembered = Unit([.. before[batch[1]].Zip(projections[2], (old, now) => 0.3 * old + 0.7 * now)]);
        Assert.All(remembered.Zip(after), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    private static double[][] Rows(Tensor rows) =>
        [.. rows.ReadAll<float>().Chunk(Length).Select(row => row.Select(value => (double)value).ToArray())];

    private static double Dot(double[] a, double[] b) => a.Zip(b).Sum(pair => pair.First * pair.Second);

    private static double[] Unit(double[] a) => [.. a.Select(value => value / Math.Sqrt(Dot(a, a)))];
}
