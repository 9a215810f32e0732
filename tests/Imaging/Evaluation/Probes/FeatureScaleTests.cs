using Distill.Imaging.Evaluation.Probes;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Evaluation.Probes;

[Collection(TorchTests.Name)]
public sealed class FeatureScaleTests
{
    [Fact]
    public void Folded_classifier_of_unscaled_features_has_the_same_logits()
    {
        using var scope = NewDisposeScope();
        var z_ND = Pattern.Uniform("features", 50, 7).mul(3).add(11);
        using var scale = FeatureScale.Fit(z_ND);
        var scaled_ND = scale.Apply(z_ND);

        Close.To(zeros(7), scaled_ND.mean([0L]), 1e-5);
        Assert.Equal(1, scaled_ND.square().mean().ToDouble(), 1e-5);

        using var classifier = new LinearClassifier(Pattern.Uniform("weight", 3, 7), Pattern.Uniform("bias", 3));
        using var folded = scale.Fold(classifier);

        Close.To(classifier.Logits(scaled_ND), folded.Logits(z_ND), 1e-4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(349)]
    public void Parts_give_the_mean_and_scale_of_all(int valuesPerPart)
    {
        using var scope = NewDisposeScope();
        var z_ND = Pattern.Uniform("features", 50, 7).mul(3).add(11);
        using var whole = FeatureScale.Fit(z_ND);
        using var parts = FeatureScale.Fit(z_ND, valuesPerPart);
        Assert.Equal(whole.Scale, parts.Scale, 1e-12);
        Close.To(whole.Mean_D, parts.Mean_D, 1e-12);
    }

    [Fact]
    public void Equal_features_stay_finite()
    {
        using var scope = NewDisposeScope();
        using var scale = FeatureScale.Fit(ones(4, 3));
        Close.To(zeros(4, 3), scale.Apply(ones(4, 3)), 0);
    }
}
