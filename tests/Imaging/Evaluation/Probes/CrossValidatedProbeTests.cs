using Distill.Imaging.Evaluation;
using Distill.Imaging.Evaluation.Probes;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging.Evaluation.Probes;

[Collection(TorchTests.Name)]
public sealed class CrossValidatedProbeTests
{
    private const int Classes = 3;
    private const int PerClass = 10;
    private const int Dimensions = 8;

    private static readonly RandomKey Key = RandomKey.FromSeed(5);
    private static readonly LogisticProbeOptions Options = LogisticProbeOptions.Default with { Strengths = [0.01, 1, 100, 10_000] };
    private static readonly long[] Labels = [.. Enumerable.Range(0, Classes * PerClass).Select(row => (long)(row % Classes))];
    private static readonly int[] Images = [.. Enumerable.Range(0, Classes * PerClass)];

    [Fact]
    public void Chosen_strength_has_the_highest_held_out_likelihood_of_a_plain_loop()
    {
        using var scope = NewDisposeScope();
        var z_ND = Features(0.8);
        using var probe = CrossValidatedProbe.Fit(z_ND, Labels, Images, Classes, Key, Labels.Length, Options);

        // As many folds as images: leave one out, which needs no draw.
        var losses = Options.Strengths.ToDictionary(strength => strength, strength => Images.Sum(held => LossOf(z_ND, held, strength)));
        Assert.Equal(losses.MinBy(entry => entry.Value).Key, probe.Strength);
    }

    [Fact]
    public void Classifier_is_fitted_to_all_rows()
    {
        using var scope = NewDisposeScope();
        var z_ND = Features(0.8);
        using var probe = CrossValidatedProbe.Fit(z_ND, Labels, Images, Classes, Key, 5, Options);
        var fit = SoftmaxRegression.Fit(z_ND, tensor(Labels), Classes, probe.Strength, Options.Solver);
        using var expected = SoftmaxRegression.Classifier(fit.X, Classes);
        Close.To(expected.Weight_KD, probe.Classifier.Weight_KD, 1e-6);
    }

    [Fact]
    public void Views_of_an_image_are_held_out_together()
    {
        using var scope = NewDisposeScope();

        // Pure noise. A view of each image repeats it exactly, so a split between them would reach 100 %.
        var noise_ND = Pattern.Uniform("noise", Labels.Length, Dimensions);
        using var probe = CrossValidatedProbe.Fit(
            cat([noise_ND, noise_ND]), [.. Labels, .. Labels], [.. Images, .. Images], Classes, Key, 5, Options);
        Assert.InRange(probe.HeldOutTop1!.Value, 0, 60);
    }

    /// <summary>The first view is that of evaluation. The others are noise here, which the accuracy must not show.</summary>
    [Fact]
    public void Accuracy_counts_the_first_view_of_each_image()
    {
        using var scope = NewDisposeScope();
        var noise_ND = Pattern.Uniform("noise", Labels.Length, Dimensions);
        using var probe = CrossValidatedProbe.Fit(
            cat([Features(4), noise_ND.mul(0.01)]), [.. Labels, .. Labels], [.. Images, .. Images], Classes, Key, 5, Options);
        Assert.InRange(probe.HeldOutTop1!.Value, 95, 100);
    }

    [Fact]
    public void One_image_per_class_gets_a_fixed_strength()
    {
        using var scope = NewDisposeScope();
        using var probe = CrossValidatedProbe.Fit(Features(2)[..Classes], Labels[..Classes], Images[..Classes], Classes, Key, 5, Options);
        Assert.Equal(0.1 * Dimensions, probe.Strength, 1e-9);
        Assert.Null(probe.HeldOutTop1);
        Assert.Equal(100, Accuracy.Top1(probe.Classifier.Logits(Features(2)[..Classes]), tensor(Labels[..Classes])));
    }

    [Fact]
    public void Class_with_one_image_is_never_held_out()
    {
        using var scope = NewDisposeScope();
        long[] labels = [.. Labels[..20].Select(label => label % 2), 2];
        using var probe = CrossValidatedProbe.Fit(Features(0.8)[..21], labels, Images[..21], Classes, Key, 5, Options);
        Assert.InRange(probe.HeldOutTop1!.Value, 0, 100);
        Assert.True(probe.Classifier.Bias_K.isfinite().all().item<bool>());
    }

    private static double LossOf(Tensor z_ND, int held, double strength)
    {
        using var scope = NewDisposeScope();
        int[] others = [.. Images.Where(image => image != held)];
        var index = tensor(others.Select(image => (long)image).ToArray());
        var fit = SoftmaxRegression.Fit(
            z_ND.index_select(0, index), tensor(others.Select(image => Labels[image]).ToArray()), Classes, strength, LbfgsOptions.Default);
        using var classifier = SoftmaxRegression.Classifier(fit.X, Classes);
        return -classifier.Logits(z_ND[held..(held + 1)]).log_softmax(1)[0, Labels[held]].item<float>();
    }

    private static Tensor Features(double signal)
    {
        var z_ND = Pattern.Uniform("features", Labels.Length, Dimensions);
        for (var row = 0; row < Labels.Length; row++)
        {
            z_ND[row, Labels[row]] += signal;
        }

        return z_ND;
    }
}
