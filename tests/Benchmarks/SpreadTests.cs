using Benchmarks.Harness;

namespace Tests.Benchmarks;

public class SpreadTests
{
    [Fact]
    public void The_median_of_an_odd_number_is_the_middle_one() => Assert.Equal(new Spread(2, 1, 9), Spread.Of([9, 1, 2]));

    [Fact]
    public void The_median_of_an_even_number_is_the_mean_of_the_two_in_the_middle() =>
        Assert.Equal(new Spread(2.5, 1, 9), Spread.Of([9, 3, 1, 2]));
}
