using System.Diagnostics;
using Distill.Imaging.Evaluation.Metrics;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging.Evaluation.Metrics;

[Collection(TorchTests.Name)]
public sealed class ClassificationIntervalsTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(3).Fold("bootstrap");

    [Theory]
    [InlineData("seven")]
    [InlineData("absent")]
    public void Intervals_match_numpy_on_the_same_draws(string name)
    {
        using var scope = NewDisposeScope();
        var intervals = ClassificationIntervals.Bootstrap(EvaluationCase.Outcomes(name), Key, new BootstrapOptions(100, 95));
        var ends = new[] { intervals.Top1, intervals.Top5!, intervals.MeanPerClass, intervals.CalibrationError }
            .SelectMany(interval => new[] { interval.Low, interval.High }).ToArray();
        Close.To(GoldenFile.Read("evaluation")[$"{name}/bootstrap"], tensor(ends, [4, 2]), 1e-10);
    }

    [Fact]
    public void Fewer_than_six_classes_have_no_top_5() =>
        Assert.Null(ClassificationIntervals.Bootstrap(EvaluationCase.Outcomes("three"), Key, new BootstrapOptions(3, 95)).Top5);

    [Fact]
    public void Perfect_predictions_have_intervals_of_width_0()
    {
        using var scope = NewDisposeScope();
        var labels_N = arange(20, ScalarType.Int64).remainder(7);
        var outcomes = Outcomes.FromLogits(nn.functional.one_hot(labels_N, 7).mul(1000f), labels_N);
        var sure = new Interval(100, 100);
        Assert.Equal(
            new ClassificationIntervals(sure, sure, sure, new Interval(0, 0)),
            ClassificationIntervals.Bootstrap(outcomes, Key, BootstrapOptions.Default));
    }

    [Fact]
    public void Width_matches_the_binomial_and_draws_are_reproducible()
    {
        const int count = 50_000;
        var ranks = Enumerable.Range(0, count).Select(i => i % 5 == 0 ? 1 : 0).ToArray();
        var labels = Enumerable.Range(0, count).Select(i => i % 10).ToArray();
        var outcomes = new Outcomes(10, labels, labels, ranks, new double[count], new double[count]);
        var watch = Stopwatch.StartNew();
        var intervals = ClassificationIntervals.Bootstrap(outcomes, Key, new BootstrapOptions(400, 95));

        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
        // 1.96 standard errors of √(0.8 · 0.2 / 50,000). A percentile of 400 resamples has an error of about 8 %.
        Assert.InRange((intervals.Top1.High - intervals.Top1.Low) / 2, 0.8 * 0.3506, 1.2 * 0.3506);
        Assert.InRange(80, intervals.Top1.Low, intervals.Top1.High);

        var few = new BootstrapOptions(20, 95);

        Assert.Equal(ClassificationIntervals.Bootstrap(outcomes, Key, few), ClassificationIntervals.Bootstrap(outcomes, Key, few));
        Assert.NotEqual(
            ClassificationIntervals.Bootstrap(outcomes, Key, few), ClassificationIntervals.Bootstrap(outcomes, Key.Fold(1), few));
    }

    [Fact]
    public void Percentiles_are_linear_between_neighbors()
    {
        Assert.Equal(new Interval(1, 9), Round(Interval.Central([10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 80)));
        var quarter = Interval.Central([0, 1], 50);
        Assert.Equal((0.25, 0.75), (quarter.Low, quarter.High));
        Assert.Equal(new Interval(7, 7), Interval.Central([7], 95));
    }

    private static Interval Round(Interval interval) => new(Math.Round(interval.Low, 12), Math.Round(interval.High, 12));
}
