using Distill.Artifacts;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Temperature;
using Tests.Learning;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Tests.Temperature;

/// <summary>The fitted temperature against a search by plain loops in fp64.</summary>
[Collection(TorchTests.Name)]
public sealed class TemperatureStageTests : IDisposable
{
    private static readonly int[] Labeled = [0, 1, 2, 3, 4, 5];
    private static readonly int[] HeldOut = [6, 7, 8, 9, 10, 11, 12, 13, 14];
    private static readonly ClassifierSource Student = new(
        new Artifact("distill", "weights.safetensors"), (_, _, _) => new BrightnessClassifier());

    private readonly StageFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Temperature_minimizes_the_negative_log_likelihood_of_the_held_out_labels()
    {
        var dataset = WithWrongLabel(HeldOut[0]);
        var file = Run(dataset);

        var train = dataset.Train();
        var all = PlainInference.Logits(Student, _fixture.Inputs[Student.Artifact], train);
        double[][] logits = [.. HeldOut.Select(image => all[image])];
        int[] labels = [.. HeldOut.Select(image => train.Labels[image])];
        var expected = Minimum(temperature => PlainInference.NegativeLogLikelihood(logits, labels, temperature));
        Assert.Equal(expected, file.Temperature, 1e-4 * expected);
        Assert.Equal(HeldOut.Length, file.Labels);
        Assert.Equal(PlainInference.NegativeLogLikelihood(logits, labels), file.NegativeLogLikelihoodBefore, 1e-5);
        Assert.Equal(PlainInference.NegativeLogLikelihood(logits, labels, file.Temperature), file.NegativeLogLikelihoodAfter, 1e-5);
        Assert.True(file.NegativeLogLikelihoodAfter < file.NegativeLogLikelihoodBefore);
    }

    [Fact]
    public void Labels_of_all_other_images_are_never_read()
    {
        var one = Run(WithWrongLabel(HeldOut[0]));
        var other = Run(new TinyDataset
        {
            Relabel = (image, label) => image == HeldOut[0] || !HeldOut.Contains(image) ? (label + 1) % TinyDataset.Classes : label,
        });
        Assert.Equal(one, other);
    }

    [Fact]
    public void Temperature_is_1_with_a_note_if_the_student_is_right_on_all_images()
    {
        Assert.Equal(1, Run(new TinyDataset()).Temperature);
        Assert.StartsWith("temperature not fitted: ", Assert.Single(_fixture.Notes), StringComparison.Ordinal);
    }

    private static TinyDataset WithWrongLabel(int wrong) =>
        new() { Relabel = (image, label) => image == wrong ? (label + 1) % TinyDataset.Classes : label };

    private TemperatureFile Run(TinyDataset dataset)
    {
        using var scope = NewDisposeScope();
        using (var file = File.Create(_fixture.Folder["student.safetensors"]))
        {
            using var network = new BrightnessClassifier();
            Weights.Save(network, file);
        }

        _fixture.Inputs[Student.Artifact] = _fixture.Folder["student.safetensors"];
        TemperatureStage.Run(
            _fixture.Context("temperature"),
            Student,
            StageFixture.Settings,
            dataset,
            TinyDataset.Labeled(_fixture.Folder, "labels.txt", Labeled),
            TinyDataset.Labeled(_fixture.Folder, "held-out.txt", HeldOut));
        return TemperatureFile.Read(_fixture.Folder[TemperatureStage.Output]);
    }

    /// <summary>Searches the minimum of a function of one minimum by thirds.</summary>
    private static double Minimum(Func<double, double> function)
    {
        var (low, high) = (0.05, 20.0);
        for (var i = 0; i < 200; i++)
        {
            var (first, second) = (low + ((high - low) / 3), high - ((high - low) / 3));
            (low, high) = function(first) < function(second) ? (low, second) : (first, high);
        }

        return (low + high) / 2;
    }

    /// <summary>Logits proportional to the brightness of the three thirds of an image: always right on <see cref="TinyDataset"/>.</summary>
    private sealed class BrightnessClassifier : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter _scale;

        public BrightnessClassifier()
            : base("brightness")
        {
            _scale = nn.Parameter(tensor(40f));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x_NCHW)
        {
            using var scope = NewDisposeScope();
            return x_NCHW.view(-1, TinyDataset.Side, TinyDataset.Classes, TinyDataset.Side / TinyDataset.Classes)
                .mean([1, 3])
                .mul(_scale)
                .MoveToOuterDisposeScope();
        }
    }
}
