using Distill.Imaging.Evaluation;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging.Evaluation;

[Collection(TorchTests.Name)]
public sealed class TemperatureScalingTests
{
    [Theory]
    [InlineData(3, 75)]
    [InlineData(3, 99)]
    [InlineData(0.5, 60)]
    public void Probability_equals_the_accuracy_with_two_classes(double margin, int right)
    {
        // softmax(margin / T) = right / 100 has one solution.
        using var scope = NewDisposeScope();
        var logits_NK = tensor([.. Enumerable.Range(0, 100).SelectMany(_ => new[] { (float)margin, 0 })], [100, 2]);
        var labels_N = tensor([.. Enumerable.Range(0, 100).Select(i => i < right ? 0L : 1L)]);
        Assert.Equal(margin / Math.Log(right / (100.0 - right)), TemperatureScaling.Fit(logits_NK, labels_N)!.Value, precision: 8);
    }

    [Fact]
    public void No_other_temperature_is_more_likely()
    {
        using var scope = NewDisposeScope();
        var numbers = new Random(5);
        var logits_NK = tensor([.. Enumerable.Range(0, 400).Select(_ => (float)(8 * numbers.NextDouble()))], [80, 5]);
        var labels_N = tensor([.. Enumerable.Range(0, 80).Select(n => n % 3 == 0 ? numbers.Next(5) : logits_NK[n].argmax().item<long>())]);
        var fitted = TemperatureScaling.Fit(logits_NK, labels_N)!.Value;
        var best = Loss(fitted);

        Assert.All(Enumerable.Range(1, 199), i => Assert.True(best <= Loss(i / 10.0) + 1e-12));
        Assert.Equal(best, TemperatureScaling.Loss(logits_NK, labels_N, fitted), precision: 10);

        // Computed image by image.
        double Loss(double temperature) => Enumerable.Range(0, 80).Average(n =>
        {
            var z = logits_NK[n].data<float>().Select(value => value / temperature).ToArray();
            return Math.Log(z.Sum(Math.Exp)) - z[labels_N[n].item<long>()];
        });
    }

    [Fact]
    public void No_temperature_is_fitted_without_a_maximum()
    {
        using var scope = NewDisposeScope();
        var logits_NK = tensor([2f, 0, 0, 2], [2, 2]);
        Assert.Null(TemperatureScaling.Fit(logits_NK, tensor([0L, 1])));
        Assert.Null(TemperatureScaling.Fit(logits_NK, tensor([1L, 0])));
    }
}
