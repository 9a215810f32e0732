using Distill.Distill;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Distill;

/// <summary>Estimated class frequencies, against data whose frequencies and probabilities are known.</summary>
[Collection(TorchTests.Name)]
public sealed class LabelShiftTests
{
    private const int Rows = 20_000;

    /// <summary>Weight of the labels' frequencies in the estimate.</summary>
    private const double LabelWeight = 0.2;

    private static readonly double[] True = [0.6, 0.25, 0.1, 0.05];
    private static readonly double[] Equal = [0.25, 0.25, 0.25, 0.25];
    private static readonly double[] Uneven = [0.1, 0.2, 0.3, 0.4];

    public static TheoryData<double[], double> Teachers => new() { { Equal, 1 }, { Uneven, 1 }, { Equal, 0.5 } };

    [Theory]
    [MemberData(nameof(Teachers))]
    public void True_frequencies_of_a_calibrated_teacher_are_found(double[] labels, double temperature)
    {
        using var scope = NewDisposeScope();
        var (logits_RK, _) = Draw(labels);
        var logits = new InMemory(logits_RK.mul(temperature));

        var found = LabelShift.Estimate(logits, temperature, tensor(labels));

        // Without the labels' weight it would be the truth; with it, the truth is the fixed point of found ← (1 − w) q(found) + w labels.
        var (frequency, posterior) = (found.data<double>().ToArray(), Posterior(logits_RK, found, labels).data<double>().ToArray());
        for (var k = 0; k < True.Length; k++)
        {
            Assert.Equal((1 - LabelWeight) * posterior[k] + LabelWeight * labels[k], frequency[k], 1e-5);
            Assert.InRange(Math.Abs(frequency[k] - True[k]), 0, 0.6 * Math.Abs(labels[k] - True[k]) + 0.01);
        }
    }

    [Fact]
    public void Shifts_make_more_images_right()
    {
        using var scope = NewDisposeScope();
        var (logits_RK, classes_R) = Draw(Equal);
        var logits = new InMemory(logits_RK);
        var shifted_RK = ClassBalance.Apply(logits_RK, LabelShift.Shifts(logits, 1, Equal));
        Assert.True(Right(shifted_RK, classes_R) > Right(logits_RK, classes_R) + 0.03);
    }

    [Fact]
    public void Data_with_the_frequencies_of_the_labels_are_left_nearly_alone()
    {
        using var scope = NewDisposeScope();
        var (logits_RK, _) = Draw(True);
        var logits = new InMemory(logits_RK);
        Assert.True(LabelShift.Shifts(logits, 1, True).abs().max().item<double>() < 0.1);
    }

    [Fact]
    public void Shifts_do_not_depend_on_the_chunk_size()
    {
        using var scope = NewDisposeScope();
        var (logits_RK, _) = Draw(Equal);
        var whole = new InMemory(logits_RK);
        var chunked = new InMemory(logits_RK, 777);
        Close.To(LabelShift.Shifts(whole, 1, Equal), LabelShift.Shifts(chunked, 1, Equal), 1e-9);
    }

    /// <summary>Draws images of the true frequencies, and the logits of a perfect teacher that expects those of its labels.</summary>
    private static (Tensor Logits_RK, Tensor Classes_R) Draw(double[] labels)
    {
        // One Gaussian feature per class; the log-density ratios are linear in it.
        const double distance = 1.5;
        var random = new Random(3);
        var (logits, classes) = (new double[Rows, labels.Length], new long[Rows]);
        for (var row = 0; row < Rows; row++)
        {
            var draw = random.NextDouble();
            while (draw > True[classes[row]])
            {
                draw -= True[classes[row]++];
            }

            for (var k = 0; k < labels.Length; k++)
            {
                var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                var feature = normal + (k == classes[row] ? distance : 0);
                logits[row, k] = distance * feature + Math.Log(labels[k]);
            }
        }

        return (tensor(logits), tensor(classes));
    }

    private static Tensor Posterior(Tensor logits_RK, Tensor frequency_K, double[] labels) =>
        logits_RK.add(frequency_K.div(tensor(labels)).log()).softmax(1).mean([0]);

    private static double Right(Tensor logits_RK, Tensor classes_R) =>
        logits_RK.argmax(1).eq(classes_R).to_type(ScalarType.Float64).mean().item<double>();
}
