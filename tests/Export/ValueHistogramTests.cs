using Distill.Export;
using Distill.Learning.Onnx;
using Distill.Learning.Randomness;

namespace Tests.Export;

public class ValueHistogramTests
{
    [Fact]
    public void A_percentile_leaves_off_half_of_the_rest_at_either_end()
    {
        // 0, 0.001, …, 0.999: two hundredths less leave 0.01 to 0.99.
        var range = Of([.. Enumerable.Range(0, 1000).Select(i => i / 1000f)]).Percentile(0.98);
        Assert.Equal(0.01, range.Low, 0.001);
        Assert.Equal(0.99, range.High, 0.001);
    }

    [Fact]
    public void All_of_the_values_lie_between_the_extremes() =>
        Assert.Equal(new ValueRange(-3, 5), Of([-3, 1, 5]).Percentile(1));

    [Fact]
    public void The_least_divergence_gives_an_outlier_up_for_the_others()
    {
        var random = RandomKey.FromSeed(1);
        var values = Enumerable.Range(0, 50_000).Select(i => (float)Normal(random, i)).Append(60f).ToArray();
        var range = Of(values).LeastDivergence();
        // Sixteen standard deviations at most, of sixty.
        Assert.InRange(range.High, 3, 16);
        Assert.InRange(range.Low, -8, -3);
    }

    [Fact]
    public void Where_all_levels_are_used_alike_nothing_is_given_up()
    {
        var range = Of([.. Enumerable.Range(0, 100_000).Select(i => i / 100_000f)]).LeastDivergence();
        Assert.InRange(range.High, 0.97, 1);
    }

    [Fact]
    public void A_value_that_is_always_zero_has_a_range()
    {
        Assert.Equal(new ValueRange(0, 0), Of([0, 0, 0]).Percentile(0.999));
        Assert.Equal(new ValueRange(0, 0), Of([0, 0, 0]).LeastDivergence());
    }

    private static double Normal(RandomKey random, int i) =>
        Math.Sqrt(-2 * Math.Log((1 + random.Below(2 * i, 1_000_000)) / 1_000_001.0)) * Math.Cos(2 * Math.PI * random.Below((2 * i) + 1, 1_000_000) / 1e6);

    private static ValueHistogram Of(float[] values)
    {
        var histogram = new ValueHistogram();
        histogram.Widen(values);
        histogram.Count(values);
        return histogram;
    }
}
