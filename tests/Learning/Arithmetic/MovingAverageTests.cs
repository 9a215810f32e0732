using Distill.Learning.Arithmetic;

namespace Tests.Learning.Arithmetic;

public sealed class MovingAverageTests
{
    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(8, 0.5)]
    [InlineData(100_000, 0.999)]
    public void Momentum_warms_up(long step, double expected) => Assert.Equal(expected, MovingAverage.WarmedUp(0.999, step), 1e-12);
}
