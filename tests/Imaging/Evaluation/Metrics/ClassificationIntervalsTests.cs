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
    public void Calibration_errors_of_resamples_match_numpy_on_the_same_draws(string name)
    {
        using var scope = NewDisposeScope();
        var error = ClassificationIntervals.Compute(EvaluationCase.Outcomes(name), Key, new BootstrapOptions(100, 95)).CalibrationError;
        Close.To(GoldenFile.Read("evaluation")[$"{name}/bootstrap"][3], tensor(new[] { error.Low, error.High }), 1e-10);
    }

    [Fact]
    public void Fewer_than_six_classes_have_no_top_5() =>
        Assert.Null(ClassificationIntervals.Compute(EvaluationCase.Outcomes("three"), Key, new BootstrapOptions(3, 95)).Top5);

    /// <summary>Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.</summary>
    [Theory]
    [InlineData(81, 263, 25.53, 36.62)]
    [InlineData(15, 148, 6.24, 16.05)]
    [InlineData(0, 20, 0, 16.11)]
    [InlineData(1, 29, 0.61, 17.18)]
    [InlineData(20, 20, 83.89, 100)]
    public void Intervals_of_a_proportion_match_published_values(int right, int count, double low, double high)
    {
        var interval = Interval.Wilson(right, count);

        Assert.Equal((low, high), (Math.Round(interval.Low, 2), Math.Round(interval.High, 2)));
    }

    [Fact]
    public void Perfect_and_hopeless_predictions_have_intervals_with_a_width()
    {
        // For n of n, the lower end is n/(n + z²).
        var half = 1.959963984540054 * 1.959963984540054;
        foreach (var count in new[] { 1, 2, 24, 10_000 })
        {
            Assert.Equal(100 * count / (count + half), Interval.Wilson(count, count).Low, 1e-9);
            Assert.Equal(100, Interval.Wilson(count, count).High);
            Assert.Equal(0, Interval.Wilson(0, count).Low);
            Assert.Equal(100 * half / (count + half), Interval.Wilson(0, count).High, 1e-9);
        }
    }

    [Fact]
    public void Every_accuracy_of_24_of_24_images_has_an_interval_with_a_width()
    {
        using var scope = NewDisposeScope();
        var labels_N = arange(24, ScalarType.Int64).remainder(6);
        var outcomes = Outcomes.FromLogits(nn.functional.one_hot(labels_N, 6).mul(1000f), labels_N);

        var intervals = ClassificationIntervals.Compute(outcomes, Key, BootstrapOptions.Default);

        Assert.Equal(86.2, intervals.Top1.Low, 0.05);
        Assert.Equal(86.2, intervals.Top5!.Low, 0.05);
        Assert.InRange(intervals.MeanPerClass.Low, 75, 86.2);
        Assert.Equal([100.0, 100, 100], new[] { intervals.Top1, intervals.Top5, intervals.MeanPerClass }.Select(interval => interval.High));
    }

    [Fact]
    public void Interval_of_a_mean_is_wilsons_for_one_proportion_and_narrows_with_their_number()
    {
        var one = Interval.Wilson(7, 9);
        Assert.Equal(one.Low, Interval.MeanOf([(7, 9)]).Low, 1e-12);
        Assert.Equal(one.High, Interval.MeanOf([(7, 9)]).High, 1e-12);

        // Independent proportions: the distances to the ends add up as squares, so four equal ones halve them.
        var four = Interval.MeanOf([(7, 9), (7, 9), (7, 9), (7, 9)]);
        var mean = 700.0 / 9;
        Assert.Equal((mean - one.Low) / 2, mean - four.Low, 1e-9);
        Assert.Equal((one.High - mean) / 2, four.High - mean, 1e-9);
    }

    [Fact]
    public void Interval_of_a_mean_covers_the_truth_as_often_as_it_says()
    {
        // Three classes of 8, 12 and 40 images, 4,000 draws: 95 % ± 1 %, but never far below.
        (double P, int Count)[] classes = [(0.95, 8), (0.8, 12), (0.6, 40)];
        var (truth, covered) = (100 * classes.Average(c => c.P), 0);
        for (var draw = 0; draw < 4000; draw++)
        {
            var interval = Interval.MeanOf([.. classes.Select((c, number) => (Right(c.P, c.Count, Key.Fold(draw).Fold(number)), c.Count))]);
            covered += interval.Low <= truth && truth <= interval.High ? 1 : 0;
        }

        Assert.InRange(covered / 4000.0, 0.93, 0.985);

        static int Right(double p, int count, RandomKey key) =>
            Enumerable.Range(0, count).Count(i => key.Below(i, 1_000_000) < p * 1_000_000);
    }

    [Fact]
    public void Draws_are_reproducible_and_many_images_take_seconds()
    {
        const int count = 50_000;
        var ranks = Enumerable.Range(0, count).Select(i => i % 5 == 0 ? 1 : 0).ToArray();
        var labels = Enumerable.Range(0, count).Select(i => i % 10).ToArray();
        var confidences = Enumerable.Range(0, count).Select(i => i % 97 / 97.0).ToArray();
        var outcomes = new Outcomes(10, labels, labels, ranks, confidences, new double[count]);
        var watch = Stopwatch.StartNew();
        var intervals = ClassificationIntervals.Compute(outcomes, Key, new BootstrapOptions(400, 95));

        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
        // 1.96 standard errors of √(0.8 · 0.2 / 50,000).
        Assert.Equal(0.3506, (intervals.Top1.High - intervals.Top1.Low) / 2, 0.001);
        Assert.InRange(80, intervals.Top1.Low, intervals.Top1.High);

        var few = new BootstrapOptions(20, 95);

        Assert.Equal(ClassificationIntervals.Compute(outcomes, Key, few), ClassificationIntervals.Compute(outcomes, Key, few));
        Assert.NotEqual(
            ClassificationIntervals.Compute(outcomes, Key, few), ClassificationIntervals.Compute(outcomes, Key.Fold(1), few));
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
