using Distill.Imaging.Evaluation;
using Distill.Imaging.Evaluation.Probes;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Evaluation.Probes;

[Collection(TorchTests.Name)]
public sealed class SgdProbeTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(3).Fold("probe");

    [Fact]
    public void Steps_match_PyTorch()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("evaluation");
        using var classifier = SgdProbe.Fit(
            ProbeCase.Features(), null, ProbeCase.Labels(), ProbeCase.Classes, Key, new SgdProbeOptions(5, 40, 0.3, 0.9));
        Close.To(golden["probe/sgd/weight"], classifier.Weight_KD, 1e-5);
        Close.To(golden["probe/sgd/bias"], classifier.Bias_K, 1e-5);
    }

    [Fact]
    public void Batches_are_scaled_as_all_features_are()
    {
        using var scope = NewDisposeScope();
        var z_ND = ProbeCase.Features().mul(3).add(11);
        using var scale = FeatureScale.Fit(z_ND);
        var options = new SgdProbeOptions(5, 40, 0.3, 0.9);
        using var expected = SgdProbe.Fit(scale.Apply(z_ND), null, ProbeCase.Labels(), ProbeCase.Classes, Key, options);
        using var actual = SgdProbe.Fit(z_ND, scale, ProbeCase.Labels(), ProbeCase.Classes, Key, options);
        Close.Exactly(expected.Weight_KD, actual.Weight_KD);
    }

    [Fact]
    public void Features_in_half_precision_give_nearly_the_same_probe()
    {
        using var scope = NewDisposeScope();
        var options = new SgdProbeOptions(5, 40, 0.3, 0.9);
        using var expected = SgdProbe.Fit(ProbeCase.Features(), null, ProbeCase.Labels(), ProbeCase.Classes, Key, options);
        using var actual = SgdProbe.Fit(
            ProbeCase.Features().to_type(ScalarType.Float16), null, ProbeCase.Labels(), ProbeCase.Classes, Key, options);
        Close.Relatively(expected.Weight_KD, actual.Weight_KD, 2e-3);
    }

    [Fact]
    public void Separable_classes_are_learned_inside_no_grad()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (z_ND, labels_N) = ProbeCase.Separable(60);
        using var classifier = SgdProbe.Fit(z_ND, null, labels_N, 3, Key, SgdProbeOptions.Default with { Epochs = 30 });

        Assert.Equal(100, Accuracy.Top1(classifier.Logits(z_ND), labels_N));
        Assert.False(classifier.Weight_KD.requires_grad);
    }

    [Fact]
    public void Same_call_gives_the_same_bits_and_steps_leak_no_tensor()
    {
        using var scope = NewDisposeScope();
        var (z_ND, labels_N) = (ProbeCase.Features(), ProbeCase.Labels());
        var options = new SgdProbeOptions(20, 64, 0.1, 0.9);
        using var first = SgdProbe.Fit(z_ND, null, labels_N, ProbeCase.Classes, Key, options);
        var before = ProbeCase.SettledTensors();
        using var second = SgdProbe.Fit(z_ND, null, labels_N, ProbeCase.Classes, Key, options);

        // Weight, bias, and what TorchSharp's linear layer leaves to the garbage collector. Sixty steps leak nothing.
        Assert.InRange(Tensor.TotalCount - before, 2, 10);
        Close.Exactly(first.Weight_KD, second.Weight_KD);

        using var other = SgdProbe.Fit(z_ND, null, labels_N, ProbeCase.Classes, Key.Fold(1), options);

        Assert.False(first.Weight_KD.equal(other.Weight_KD).all().ToBoolean());
    }
}
