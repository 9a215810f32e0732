using Distill.Imaging.Evaluation;
using Distill.Imaging.Evaluation.Probes;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging.Evaluation.Probes;

[Collection(TorchTests.Name)]
public sealed class LogisticProbeTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(1);

    private static readonly LogisticProbeOptions Short =
        LogisticProbeOptions.Default with { Strengths = LogisticProbeOptions.Logarithmic(1e-3, 1e5, 9) };

    [Fact]
    public void Default_strengths_are_those_of_SimCLR()
    {
        var strengths = LogisticProbeOptions.Default.Strengths;
        Assert.Equal(45, strengths.Count);
        Assert.Equal((1e-6, 1, 1e5), (strengths[0], strengths[24], strengths[^1]));
        Assert.All(strengths.Zip(strengths.Skip(1)), pair => Assert.Equal(0.25, Math.Log10(pair.Second / pair.First), 1e-12));
    }

    [Fact]
    public void Separable_classes_are_learned()
    {
        using var scope = NewDisposeScope();
        var (z_ND, labels_N) = ProbeCase.Separable(60);
        using var probe = LogisticProbe.Fit(z_ND, labels_N, 3, Key, Short);
        Assert.Equal(100, Accuracy.Top1(probe.Classifier.Logits(z_ND), labels_N));
    }

    [Fact]
    public void Strongest_of_the_best_is_chosen_and_fitted_to_all_images()
    {
        using var scope = NewDisposeScope();
        var (z_ND, labels_N) = (ProbeCase.Features(), ProbeCase.Labels());
        int[] heldOut = [.. Enumerable.Range(0, 50).Select(i => i * 3)];
        using var probe = LogisticProbe.Fit(z_ND, labels_N, ProbeCase.Classes, heldOut, Short);

        Assert.Equal(Short.Strengths.OrderDescending(), probe.Sweep.Select(point => point.Strength));

        var best = probe.Sweep.Max(point => point.HeldOutTop1);

        Assert.Equal(probe.Sweep.First(point => point.HeldOutTop1 == best).Strength, probe.Strength);
        Assert.True(best > probe.Sweep[0].HeldOutTop1, "the strongest λ should underfit");

        var alone = SoftmaxRegression.Fit(z_ND, labels_N, ProbeCase.Classes, probe.Strength, Short.Solver);
        using var refit = SoftmaxRegression.Classifier(alone.X, ProbeCase.Classes);

        Assert.True(probe.Converged);
        Close.To(refit.Weight_KD, probe.Classifier.Weight_KD, 1e-3);
    }

    [Fact]
    public void Sweep_fits_only_images_that_are_not_held_out()
    {
        using var scope = NewDisposeScope();
        var (z_ND, labels_N) = (ProbeCase.Features(), ProbeCase.Labels());
        int[] heldOut = [.. Enumerable.Range(100, 50)];
        using var probe = LogisticProbe.Fit(z_ND, labels_N, ProbeCase.Classes, heldOut, Short);
        foreach (var point in probe.Sweep)
        {
            var fit = SoftmaxRegression.Fit(z_ND[..100], labels_N[..100], ProbeCase.Classes, point.Strength, new(1000, 1e-8, 10));
            using var classifier = SoftmaxRegression.Classifier(fit.X, ProbeCase.Classes);
            Assert.Equal(Accuracy.Top1(classifier.Logits(z_ND[100..]), labels_N[100..]), point.HeldOutTop1);
        }
    }

    [Fact]
    public void Random_labels_need_a_larger_strength()
    {
        using var scope = NewDisposeScope();
        var z_ND = Pattern.Uniform("noise", 90, 30);
        var meaning = z_ND.select(1, 0).gt(0).to(ScalarType.Int64);
        var noise = Pattern.Uniform("coin", 90).gt(0).to(ScalarType.Int64);
        using var learned = LogisticProbe.Fit(z_ND, meaning, 2, Key, Short);
        using var guessed = LogisticProbe.Fit(z_ND, noise, 2, Key, Short);

        Assert.InRange(learned.Strength, 1e-3, 10);
        Assert.True(guessed.Strength > learned.Strength, $"{guessed.Strength} for noise, {learned.Strength} for meaning");
    }

    [Fact]
    public void Same_call_gives_the_same_bits_and_leaks_no_tensor()
    {
        using var scope = NewDisposeScope();
        var (z_ND, labels_N) = (ProbeCase.Features(), ProbeCase.Labels());
        using var first = LogisticProbe.Fit(z_ND, labels_N, ProbeCase.Classes, Key, Short);
        var before = ProbeCase.SettledTensors();
        using var second = LogisticProbe.Fit(z_ND, labels_N, ProbeCase.Classes, Key, Short);

        Assert.Equal(before + 2, Tensor.TotalCount);
        Close.Exactly(first.Classifier.Weight_KD, second.Classifier.Weight_KD);
        Close.Exactly(first.Classifier.Bias_K, second.Classifier.Bias_K);
        Assert.Equal(first.Sweep, second.Sweep);
    }

    [Fact]
    public void Empty_inputs_are_rejected()
    {
        using var scope = NewDisposeScope();
        var (z_ND, labels_N) = ProbeCase.Separable(3);
        Assert.Throws<ArgumentException>(() => LogisticProbe.Fit(z_ND, labels_N, 3, [], Short));
        Assert.Throws<ArgumentException>(() => LogisticProbe.Fit(z_ND, labels_N, 3, [0, 1, 2], Short));
        Assert.Throws<ArgumentException>(() => LogisticProbe.Fit(z_ND, labels_N, 3, [0], Short with { Strengths = [] }));
    }
}
