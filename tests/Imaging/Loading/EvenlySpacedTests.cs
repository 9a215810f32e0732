using Distill.Imaging.Loading;

namespace Tests.Imaging.Loading;

public sealed class EvenlySpacedTests
{
    [Theory]
    [InlineData(10, 5, new[] { 0, 2, 4, 6, 8 })]
    [InlineData(10, 3, new[] { 0, 3, 6 })]
    [InlineData(3, 10, new[] { 0, 1, 2 })]
    [InlineData(3, 0, new int[0])]
    [InlineData(0, 3, new int[0])]
    public void Indices_have_equal_distances(int total, int count, int[] expected) =>
        Assert.Equal(expected, EvenlySpaced.Indices(total, count));

    [Fact]
    public void Large_lists_do_not_overflow()
    {
        var indices = EvenlySpaced.Indices(int.MaxValue, 100_000);

        Assert.Equal(indices.Order().Distinct(), indices);
        Assert.InRange(indices[^1], int.MaxValue - 30_000, int.MaxValue - 1);
    }

    [Fact]
    public void Every_class_of_a_sorted_list_is_sampled()
    {
        var labels = Enumerable.Range(0, 1000).Select(i => i / 100).ToArray();

        Assert.Equal(Enumerable.Range(0, 10), EvenlySpaced.Take(labels, 25).Distinct());
    }
}
