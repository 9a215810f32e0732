using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using Distill.Imaging.Loading;
using Distill.Imaging.Training;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Pipeline.Storage;
using Distill.Rivals;
using Distill.Rivals.FixMatch;
using Distill.Rivals.MetaPseudoLabels;
using Distill.Rivals.PseudoLabel;
using Distill.Rivals.S4L;
using Distill.Rivals.Training;
using Distill.Rivals.Uda;
using Distill.Rivals.Vat;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Rivals;

[Collection(TorchTests.Name)]
public sealed class RivalStageTests
{
    private const int Batch = 4;
    private static readonly int[] Labeled = [0, 1, 2, 3, 4, 5];
    private static readonly AugmentationOptions Weak = new(new CropOptions((0.5, 1), (1, 1), 0.5), []);
    private static readonly AugmentationOptions Strong =
        new(null, [new Shift(1, 0.1), new RandAugment(1, RandAugmentPolicy.FixMatch, 2, 0.5, 0.5, 0)]);

    // Thresholds that a new network reaches at times.
    private static readonly Dictionary<string, RivalMethod> Methods = new()
    {
        ["pseudo-label"] = new PseudoLabelMethod(2, 0.34, 1, 0.4),
        ["vat"] = new VatMethod(2, 0.05, 1, 0.1, 0.4),
        ["s4l"] = new S4LMethod(2, 0.7, new VatMethod(2, 0.05, 1, 0.1, 0.4)),
        ["uda"] = new UdaMethod(2, Strong, 0.4, 0.34, 1, SignalAnnealing.Linear),
        ["fixmatch"] = new FixMatchMethod(2, Strong, 0.34, 1),
        ["meta-pseudo-labels"] = new MetaPseudoLabelsMethod(
            new UdaMethod(2, Strong, 0.4, 0.34, 1, SignalAnnealing.Off), 0.5, Feedback.Derived),
    };

    public static TheoryData<string> Names => [.. RivalOptions.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Interrupted_and_resumed_run_ends_in_the_same_bits(string name)
    {
        using var uncut = new StageFixture();
        Run(uncut, name);
        using var fixture = new StageFixture { CancelAt = 3 };
        Assert.Throws<OperationCanceledException>(() => Run(fixture, name));

        using var resumed = new StageFixture();
        fixture.CopyFilesTo(resumed);
        Run(resumed, name);

        Assert.Equal(4, resumed.Reports[0].Done);
        Assert.Equal(HashOf(uncut), HashOf(resumed));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Labels_of_unlabeled_images_are_never_read(string name)
    {
        using var one = new StageFixture();
        using var other = new StageFixture();
        Run(one, name);
        Run(other, name, new TinyDataset
        {
            Relabel = (image, label) => Labeled.Contains(image) ? label : (label + 1) % TinyDataset.Classes,
        });

        Assert.Equal(HashOf(one), HashOf(other));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Views_of_an_unlabeled_image_are_neighbors_among_labeled_images(int parts)
    {
        using var scope = NewDisposeScope();
        using var images = new LabeledImages(new TinyDataset().Train(), Labeled, CPU, threads: 1);
        using var network = Network(images);
        var options = Options("fixmatch");
        using var task = new SemiSupervisedTask(network, null, () => Network(images), images, options, parts, Key);
        using var labeled = new LabeledTask(network, () => Network(images), images, options.Augmentations, options.Training, Key);
        using var inputs = task.Inputs(1);
        using var given = labeled.Inputs(1);
        var all = inputs.All();
        var plan = new BatchPlan(Key.Fold("unlabeled"), new TinyDataset().Train().Count, 2 * Batch).At(1);
        using var bank = ImageBank.Open(new TinyDataset().Train(), CPU, threads: 1);

        var rows = new MixedRows(4 * Batch, Batch, parts);
        var unlabeled = all[tensor(rows.Soft(0, 5 * Batch).Places)];
        Close.Exactly(given.All(), all[tensor(rows.Labeled(0, 5 * Batch).Places)]);
        Close.Exactly(Views(Weak, 0), UnlabeledViews.Split(unlabeled, 2)[0]);
        Close.Exactly(Views(Strong, 1), UnlabeledViews.Split(unlabeled, 2)[1]);
        for (var part = 0; part < parts; part++)
        {
            Assert.Equal(Batch / parts, rows.Labeled(part * 5 * Batch / parts, 5 * Batch / parts).Places.Length);
        }

        Tensor Views(AugmentationOptions augmentations, int view) => bank.Cut(new ViewBatch(
            [.. plan.Select(sample => bank.Draw(sample.Index, augmentations.Crop, sample.View(Key.Fold("unlabeled"), view)))])
        {
            Operations = augmentations.Operations,
        });
    }

    [Fact]
    public void Average_follows_the_weights_and_copies_the_statistics()
    {
        using var scope = NewDisposeScope();
        using var images = new LabeledImages(new TinyDataset().Train(), Labeled, CPU, threads: 1);
        using var network = Network(images);
        using var copy = Network(images);
        Pattern.Fill(network);
        Weights.CopyAll(copy, network);
        using var average = new AveragedNetwork(copy, 0.99);
        var before = copy.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        using (no_grad())
        {
            foreach (var value in network.state_dict().Values.Where(value => value.is_floating_point()))
            {
                value.Plus_(1.0);
            }
        }

        average.Update(network, 10);

        // Step 10 keeps 11/20 of the weights.
        var parameters = copy.named_parameters().Select(parameter => parameter.name).ToHashSet();
        foreach (var (name, value) in copy.state_dict().Where(entry => entry.Value.is_floating_point()))
        {
            Close.To(before[name].Plus(parameters.Contains(name) ? 9.0 / 20 : 1), value, 1e-5, name);
        }
    }

    private static RandomKey Key => RandomKey.FromSeed(3).Fold("rival");

    private static ResNet Network(LabeledImages images) =>
        ResNet.Create(TinyDataset.Network, images.Shape.Channels, images.ClassCount, StageFixture.Settings.Compute, Key);

    private static RivalOptions Options(string name) => new(
        name,
        Methods[name],
        TinyDataset.Network,
        Weak,
        Averaging: 0.9,
        new TrainingOptions(5, Batch, OptimizerOptions.Default with { LearningRate = 0.01 }));

    private static string HashOf(StageFixture fixture) => FileHash.OfFile(fixture.Folder[RivalStage.Output]);

    private static void Run(StageFixture fixture, string name, TinyDataset? dataset = null) => RivalStage.Run(
        fixture.Context(name),
        Options(name),
        StageFixture.Settings,
        dataset ?? new TinyDataset(),
        TinyDataset.Labeled(fixture.Folder, "labels.txt", Labeled));
}
