using Distill.Learning.Optimizers;

namespace Tests.Learning.Optimizers;

public sealed class ScheduleTests
{
    private const double Peak = 0.4;

    private static readonly double[] Rates = [.. Enumerable.Range(0, 100).Select(step => Schedule.WarmupCosine(step, 100, 10, Peak))];

    [Fact]
    public void Warm_up_is_linear() =>
        Assert.All(Enumerable.Range(0, 10), step => Assert.Equal(Peak * (step + 1) / 10, Rates[step], 1e-12));

    [Fact]
    public void Rate_falls_after_the_warm_up()
    {
        Assert.Equal(Peak, Rates[10], 1e-12);
        Assert.All(Enumerable.Range(11, 89), step => Assert.True(Rates[step] < Rates[step - 1]));
    }

    [Fact]
    public void Decay_is_half_a_cosine()
    {
        Assert.Equal(Peak / 2, Rates[55], 1e-12);
        Assert.Equal(Peak * Math.Pow(Math.Cos(Math.PI * 30 / 90 / 2), 2), Rates[40], 1e-12);
        Assert.InRange(Rates[99], 1e-9, Peak * 0.001);
    }

    [Fact]
    public void Rate_without_warm_up_starts_at_the_peak() => Assert.Equal(Peak, Schedule.WarmupCosine(0, 100, 0, Peak));

    [Fact]
    public void Options_give_the_warm_up_as_a_fraction_of_the_steps()
    {
        var options = new OptimizerOptions(OptimizerKind.Sgd, Peak, 0, 0.9, 0.1);
        Assert.Equal(Rates, Enumerable.Range(0, 100).Select(step => options.Rate(step, 100)));
    }
}
