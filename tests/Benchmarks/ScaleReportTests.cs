using Benchmarks.Scale;

namespace Tests.Benchmarks;

public class ScaleReportTests
{
    private static readonly Cost[] Costs = [new(1_000, 5, 1.5, 46), new(10_000, 2, PeakMiB: null), new(100_000, 20, 30.5)];

    [Fact]
    public void The_exponent_is_that_of_the_last_two_sizes() => Assert.Equal(1, Cost.GrowthExponent(Costs), 12);

    [Fact]
    public void Columns_are_aligned_with_their_headings()
    {
        var axis = new Axis("images", "10 classes", [1_000, 10_000, 100_000], []);

        var text = ScaleReport.Heading(axis) + "\n" + new ScaleReport().Add(axis, new Load("write", _ => default), Costs);

        Assert.Equal(
            """
            images (10 classes)                         images    µs/image    peak MiB  bytes/image
              write                                      1,000       5.000         1.5         46.0
                                                        10,000       2.000
                                                       100,000      20.000        30.5
                for the largest sizes, the cost per image grows as images^1.00
            """,
            text);
    }
}
