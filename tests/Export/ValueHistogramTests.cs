using Distill.Export;
using Distill.Learning.Onnx;
using Distill.Learning.Randomness;

namespace Tests.Export;

public class ValueHistogramTests
{
    [Fact]
    public void Percentile_clips_half_of_the_rest_at_each_end()
    {
        // 98 % of 0, 0.001, …, 0.999 lie from 0.01 to 0.99.
        var range = Create([.. Enumerable.Range(0, 1000).Select(i => i / 1000f)]).Percentile(0.98);
        Assert.Equal(0.01, range.Low, 0.001);
        Assert.Equal(0.99, range.High, 0.001);
    }

    [Fact]
    public void Percentile_of_one_is_the_whole_range() =>
        Assert.Equal(new ValueRange(-3, 5), Create([-3, 1, 5]).Percentile(1));

    [Fact]
    public void Least_divergence_clips_an_outlier()
    {
        var random = RandomKey.FromSeed(1);
        var values = Enumerable.Range(0, 50_000).Select(i => (float)Normal(random, i)).Append(60f).ToArray();
        var range = Create(values).LeastDivergence();
        // The outlier is at 60 standard deviations; at most 16 remain.
        Assert.InRange(range.High, 3, 16);
        Assert.InRange(range.Low, -8, -3);
    }

    [Fact]
    public void Least_divergence_of_a_uniform_distribution_clips_nothing()
    {
        var range = Create([.. Enumerable.Range(0, 100_000).Select(i => i / 100_000f)]).LeastDivergence();
        Assert.InRange(range.High, 0.97, 1);
    }

    [Fact]
    public void Range_of_zeros_is_zero()
    {
        Assert.Equal(new ValueRange(0, 0), Create([0, 0, 0]).Percentile(0.999));
        Assert.Equal(new ValueRange(0, 0), Create([0, 0, 0]).LeastDivergence());
    }

    private static double Normal(RandomKey random, int i) =>
        Math.Sqrt(-2 * Math.Log((1 + random.Below(2 * i, 1_000_000)) / 1_000_001.0))
        * Math.Cos(2 * Math.PI * random.Below((2 * i) + 1, 1_000_000) / 1e6);

    private static ValueHistogram Create(float[] values)
    {
        var histogram = new ValueHistogram();
        histogram.Widen(values);
        histogram.Count(values);
        return histogram;
    }
}
