using Distill.Imaging.Evaluation.Metrics;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Evaluation.Metrics;

[Collection(TorchTests.Name)]
public sealed class ClassificationReportTests
{
    [Theory]
    [InlineData("seven")]
    [InlineData("absent")]
    [InlineData("three")]
    public void Metrics_match_scikit_learn(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("evaluation");
        var (logits_NK, labels_N) = EvaluationCase.Make(name);
        var report = ClassificationReport.Measure(logits_NK, labels_N);
        double Expected(string number) => golden[$"{name}/{number}"].ToDouble();

        Assert.Equal((logits_NK.shape[0], logits_NK.shape[1]), (report.Images, report.Classes));
        Assert.Equal(Expected("top1"), report.Top1, 1e-10);
        Assert.Equal(Expected("meanPerClass"), report.MeanPerClass, 1e-10);
        Assert.Equal(Expected("map"), report.MeanAveragePrecision, 1e-10);
        Assert.Equal(Expected("nll"), report.NegativeLogLikelihood, 1e-10);
        Assert.Equal(Expected("ece"), report.CalibrationError, 1e-10);

        var counts = tensor(report.Confusion.Counts.Select(count => (double)count).ToArray(), [report.Classes, report.Classes]);

        Close.To(golden[$"{name}/confusion"], counts, 0);

        var bars = report.Reliability.Where(bin => bin.Count > 0).ToArray();
        var bins = bars.Select(bin => bin.Accuracy!.Value).Concat(bars.Select(bin => bin.Confidence!.Value)).ToArray();

        Close.To(golden[$"{name}/bins"], tensor(bins, [2, bars.Length]), 1e-10);

        if (report.Classes > 5)
        {
            Assert.Equal(Expected("top5"), report.Top5!.Value, 1e-10);
        }
        else
        {
            Assert.Null(report.Top5);
        }
    }

    [Fact]
    public void Perfect_predictions_have_no_error()
    {
        using var scope = NewDisposeScope();
        var labels_N = tensor(new long[] { 0, 1, 2, 3, 4, 5, 5 });
        var report = ClassificationReport.Measure(nn.functional.one_hot(labels_N, 6).mul(1000f), labels_N);

        Assert.Equal((100, 100, 100, 100), (report.Top1, report.Top5, report.MeanPerClass, report.MeanAveragePrecision));
        Assert.Equal((0, 0), (report.NegativeLogLikelihood, report.CalibrationError));
        Assert.Equal(new CalibrationBin(14 / 15.0, 1, 7, 1, 1), report.Reliability[^1]);
        Assert.All(report.Reliability.SkipLast(1), bin => Assert.Equal((0, null, null), (bin.Count, bin.Confidence, bin.Accuracy)));
        Assert.Equal([1, 1, 1, 1, 1, 2], Enumerable.Range(0, 6).Select(label => report.Confusion[label, label]));
    }

    [Fact]
    public void Confident_wrong_predictions_have_the_largest_errors()
    {
        using var scope = NewDisposeScope();
        var labels_N = tensor(new long[] { 0, 1, 1, 2 });
        var report = ClassificationReport.Measure(nn.functional.one_hot(labels_N.add(1).remainder(3), 3).mul(1000f), labels_N);

        Assert.Equal((0, 0), (report.Top1, report.MeanPerClass));
        Assert.Equal((1000, 1), (report.NegativeLogLikelihood, report.CalibrationError));
        Assert.Equal((2, 2), (report.Confusion[1, 2], report.Confusion.Images(1)));
        // Each class ranks last of 4 images, with precision 1/4, 2/4 and 1/4 at every recall, since ties are one threshold.
        Assert.Equal(100.0 / 3, report.MeanAveragePrecision, 1e-10);
    }

    [Fact]
    public void One_image_is_enough()
    {
        using var scope = NewDisposeScope();
        var report = ClassificationReport.Measure(tensor(new[] { 0f, 0, MathF.Log(2) }, [1, 3]), tensor(new long[] { 2 }));
        Assert.Equal((1, 100, 100, 100), (report.Images, report.Top1, report.MeanPerClass, report.MeanAveragePrecision));
        Assert.Equal(Math.Log(2), report.NegativeLogLikelihood, 1e-7);
        Assert.Equal(0.5, report.CalibrationError, 1e-7);
    }

    [Fact]
    public void Lowest_class_wins_among_equal_logits()
    {
        using var scope = NewDisposeScope();
        var labels_N = arange(7, ScalarType.Int64);
        var outcomes = Outcomes.FromLogits(zeros(7, 7), labels_N);

        Assert.Equal(Enumerable.Repeat(0, 7), outcomes.Guesses);
        Assert.Equal(Enumerable.Range(0, 7), outcomes.Ranks);

        var report = ClassificationReport.Measure(zeros(7, 7), labels_N);

        Assert.Equal(100.0 / 7, report.Top1, 1e-10);
        Assert.Equal(500.0 / 7, report.Top5!.Value, 1e-10);
    }

    [Fact]
    public void Probability_on_an_edge_belongs_to_the_lower_bin()
    {
        using var scope = NewDisposeScope();
        var report = ClassificationReport.Measure(zeros(2, 3), tensor(new long[] { 0, 1 }));
        // A third is the upper edge of the fifth of fifteen bins.
        Assert.Equal(2, report.Reliability[4].Count);
        Assert.Equal(0.5, report.Reliability[4].Accuracy);
        Assert.Equal(1 / 6.0, report.CalibrationError, 1e-12);
    }

    [Fact]
    public void Chunks_do_not_affect_the_outcomes()
    {
        using var scope = NewDisposeScope();
        var logits_NK = Pattern.Uniform("logits", 5000, 4);
        var labels_N = arange(5000, ScalarType.Int64).remainder(4);
        var outcomes = Outcomes.FromLogits(logits_NK, labels_N);

        Assert.Equal(logits_NK.argmax(1).data<long>().ToArray(), outcomes.Guesses.Select(guess => (long)guess));

        var entropy = nn.functional.cross_entropy(logits_NK.to(ScalarType.Float64), labels_N).ToDouble();

        Assert.Equal(entropy, -outcomes.LogLikelihoods.Average(), 1e-12);
        Assert.Equal(5000, outcomes.Count);
    }

    [Fact]
    public void Wrong_shapes_labels_and_logits_are_rejected()
    {
        using var scope = NewDisposeScope();

        Assert.Contains("[2, 3] and [3]", Refusal(zeros(2, 3), zeros(3, ScalarType.Int64)), StringComparison.Ordinal);
        Assert.Contains("in -1 … 2, expected 0 … 2", Refusal(zeros(2, 3), tensor(new long[] { 2, -1 })), StringComparison.Ordinal);
        Assert.Contains("in 0 … 3, expected 0 … 2", Refusal(zeros(2, 3), tensor(new long[] { 0, 3 })), StringComparison.Ordinal);
        Assert.Contains("at least one", Refusal(zeros(0, 3), zeros(0, ScalarType.Int64)), StringComparison.Ordinal);
        Assert.Contains("diverged", Refusal(tensor(new[] { 0, float.NaN }, [1, 2]), zeros(1, ScalarType.Int64)), StringComparison.Ordinal);
    }

    private static string Refusal(Tensor logits_NK, Tensor labels_N) =>
        Assert.Throws<ArgumentException>(() => ClassificationReport.Measure(logits_NK, labels_N)).Message;
}
