using Benchmarks.Harness;

namespace Tests.Benchmarks;

public class SpreadTests
{
    [Fact]
    public void The_median_of_an_odd_count_is_the_middle_value() => Assert.Equal(new Spread(2, 1, 9), Spread.From([9, 1, 2]));

    [Fact]
    public void The_median_of_an_even_count_is_the_mean_of_the_middle_two() =>
        Assert.Equal(new Spread(2.5, 1, 9), Spread.From([9, 3, 1, 2]));
}
