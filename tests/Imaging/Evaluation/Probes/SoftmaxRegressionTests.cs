using Distill.Imaging.Evaluation.Probes;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Evaluation.Probes;

[Collection(TorchTests.Name)]
public sealed class SoftmaxRegressionTests
{
    [Theory]
    [InlineData("0.01", 0.01)]
    [InlineData("1", 1)]
    [InlineData("30", 30)]
    [InlineData("10000", 10000)]
    public void Optimum_matches_scikit_learn(string name, double strength)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("evaluation");
        var fit = SoftmaxRegression.Fit(
            ProbeCase.Features(), ProbeCase.Labels(), ProbeCase.Classes, strength, new LbfgsOptions(1000, 1e-9, 10));

        Assert.True(fit.Converged);
        Assert.Equal(golden[$"probe/{name}/objective"].ToDouble(), fit.Value, 1e-10);
        Close.To(golden[$"probe/{name}/weight"], fit.X[..24].view(4, 6), 1e-5);
        Close.To(golden[$"probe/{name}/bias"], fit.X[24..].sub(fit.X[24..].mean()), 1e-5);
    }

    [Fact]
    public void Gradient_matches_autograd()
    {
        using var scope = NewDisposeScope();
        var (z_ND, labels_N) = (ProbeCase.Features(), ProbeCase.Labels());
        var fit = SoftmaxRegression.Fit(z_ND, labels_N, ProbeCase.Classes, 3, LbfgsOptions.Default);
        var x = fit.X.clone().requires_grad_();
        var loss = nn.functional.cross_entropy(z_ND.mm(x[..24].view(4, 6).t()).add(x[24..]), labels_N)
            .add(x[..24].square().sum().mul(3 / 2.0 / 150));
        loss.backward();

        Assert.Equal(loss.ToDouble(), fit.Value, 1e-12);
        Assert.InRange(x.grad!.abs().max().ToDouble(), 0, 1.01e-6);
    }

    [Fact]
    public void Classifier_has_the_layout_of_a_linear_layer()
    {
        using var scope = NewDisposeScope();
        using var classifier = SoftmaxRegression.Classifier(arange(15, ScalarType.Float64), 3);

        Close.To(arange(12).view(3, 4), classifier.Weight_KD, 0);
        Close.To(tensor(new[] { 12f, 13, 14 }), classifier.Bias_K, 0);

        using var linear = nn.Linear(4, 3);
        linear.load_state_dict(new() { ["weight"] = classifier.Weight_KD, ["bias"] = classifier.Bias_K });
        var z_ND = Pattern.Uniform("z", 5, 4);

        Close.To(linear.forward(z_ND).detach(), classifier.Logits(z_ND), 1e-5);
    }

    [Fact]
    public void Class_without_images_is_never_predicted()
    {
        using var scope = NewDisposeScope();
        var (z_ND, labels_N) = ProbeCase.Separable(30);
        var fit = SoftmaxRegression.Fit(z_ND, labels_N, 4, 0.1, LbfgsOptions.Default);
        using var classifier = SoftmaxRegression.Classifier(fit.X, 4);
        Assert.True(classifier.Logits(z_ND).argmax(1).eq(labels_N).all().ToBoolean());
    }

    [Fact]
    public void Wrong_shapes_are_rejected()
    {
        using var scope = NewDisposeScope();
        var refusal = Assert.Throws<ArgumentException>(
            () => SoftmaxRegression.Fit(ones(2, 3), zeros(3, ScalarType.Int64), 2, 1, LbfgsOptions.Default));
        Assert.Contains("[2, 3] and [3]", refusal.Message, StringComparison.Ordinal);
    }
}
