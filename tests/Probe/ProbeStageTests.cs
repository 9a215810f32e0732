using Distill.Imaging.Evaluation.Probes;
using Distill.Learning.Networks;
using Distill.Learning.Safetensors;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using Distill.Probe;
using Tests.Learning;

namespace Tests.Probe;

[Collection(TorchTests.Name)]
public sealed class ProbeStageTests : IDisposable
{
    private static readonly int[] Labeled = [.. Enumerable.Range(0, 18)];

    private static readonly ProbeOptions Lbfgs = new(
        ProbeLabels.Labeled, ProbeSolver.Lbfgs, Neighbors: false, HeldOutFraction: 0.34, Folds: null, new SgdProbeOptions(20, 6, 0.1, 0.9));

    private static readonly ProbeOptions Sgd = Lbfgs with { Solver = ProbeSolver.Sgd };

    private readonly StageFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    public static TheoryData<bool> Solvers => [true, false];

    [Theory]
    [MemberData(nameof(Solvers))]
    public void Encoder_comes_out_unchanged_without_its_head(bool lbfgs)
    {
        Run(_fixture, lbfgs ? Lbfgs : Sgd, new TinyDataset(), Labeled);

        var output = _fixture.Folder[ProbeStage.Output];
        TinyNetworks.AssertSameWeights(
            _fixture.Inputs[TinyNetworks.PretrainedArtifact], output, FineTunedNetwork.PretrainedKey);
        Assert.DoesNotContain(SafetensorsFile.ReadShapes(output).Keys, key => key.StartsWith("head.", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Solvers))]
    public void Classifier_learns_the_labeled_images(bool lbfgs)
    {
        Run(_fixture, lbfgs ? Lbfgs : Sgd, new TinyDataset(), Labeled);

        var train = new TinyDataset().Train();
        var logits = PlainInference.Logits(TinyNetworks.FineTuned("probe", 0), _fixture.Folder[ProbeStage.Output], train);
        Assert.InRange(PlainInference.Top1(logits[..Labeled.Length], train.Labels), 60, 100);
    }

    [Theory]
    [MemberData(nameof(Solvers))]
    public void Labels_of_unlabeled_images_are_never_read(bool lbfgs)
    {
        var options = lbfgs ? Lbfgs : Sgd;
        var others = new TinyDataset { Relabel = (image, label) => image < Labeled.Length ? label : (label + 1) % TinyDataset.Classes };

        Assert.Equal(Hash(options, new TinyDataset()), Hash(options, others));
        var all = options with { Labels = ProbeLabels.All };
        Assert.NotEqual(Hash(all, new TinyDataset()), Hash(all, others));
    }

    [Theory]
    [MemberData(nameof(Solvers))]
    public void Same_seed_gives_the_same_bits(bool lbfgs) =>
        Assert.Equal(Hash(lbfgs ? Lbfgs : Sgd, new TinyDataset()), Hash(lbfgs ? Lbfgs : Sgd, new TinyDataset()));

    [Fact]
    public void Lbfgs_with_one_label_per_class_is_rejected_and_sgd_is_not()
    {
        var message = Assert.Throws<UserException>(() => Run(_fixture, Lbfgs, new TinyDataset(), [0, 1, 2])).Message;
        Assert.Contains("use more labels, or sgd", message, StringComparison.Ordinal);

        Assert.Equal(3, Run(_fixture, Sgd, new TinyDataset(), [0, 1, 2]).Metrics["labels"]!.GetValue<int>());
    }

    /// <summary>
    /// Folds hold out each of 17 labeled images once, so the accuracy is a multiple of 100 / 17. No part of 17 images gives such a number,
    /// except for 0 and 100, so some labels are wrong.
    /// </summary>
    [Fact]
    public void Folds_choose_the_strength_by_all_labeled_images()
    {
        const int Images = 17;
        var mislabeled = new TinyDataset { Relabel = (image, label) => (label + (image % 5 == 0 ? 1 : 0)) % TinyDataset.Classes };
        var metrics = Run(_fixture, Lbfgs with { Folds = 3 }, mislabeled, Labeled[..Images]).Metrics;

        var right = metrics["heldOutTop1"]!.GetValue<double>() * Images / 100;
        Assert.Equal(Math.Round(right), right, 0.01);
        Assert.InRange(right, 0.5, Images - 0.5);
        Assert.NotEqual(Hash(Lbfgs, new TinyDataset()), Hash(Lbfgs with { Folds = 3 }, new TinyDataset()));
    }

    private static string Hash(ProbeOptions options, TinyDataset dataset)
    {
        using var fixture = new StageFixture();
        Run(fixture, options, dataset, Labeled);
        return FileHash.OfFile(fixture.Folder[ProbeStage.Output]);
    }

    private static StageResult Run(StageFixture fixture, ProbeOptions options, TinyDataset dataset, int[] labeled)
    {
        fixture.Inputs[TinyNetworks.PretrainedArtifact] = TinyNetworks.WritePretrained(fixture.Folder);
        return ProbeStage.Run(
            fixture.Context("probe"),
            options,
            StageFixture.Settings,
            dataset,
            TinyDataset.Labeled(fixture.Folder, "labels.txt", labeled),
            TinyNetworks.FineTuned("probe", fromLayer: 0),
            TinyNetworks.PretrainedArtifact);
    }
}
