using Distill.Learning.Randomness;
using Distill.Pretrain;

namespace Tests.Pretrain;

public sealed class ViewOrderTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(5);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Up_to_two_groups_keep_the_order(int groups)
    {
        var order = new ViewOrder(Key, 16, groups);
        Assert.Null(order.At(3));
        Assert.Null(order.PositivesAt(3));
    }

    [Fact]
    public void Positive_of_each_row_is_the_other_view_of_its_image()
    {
        var order = new ViewOrder(Key, 16, 4);
        int[] images = [.. Enumerable.Range(0, 16), .. order.At(7)!];
        var positives = order.PositivesAt(7)!;
        Assert.Equal(Enumerable.Range(0, 16), order.At(7)!.Order());
        Assert.All(positives.Index(), pair =>
        {
            Assert.NotEqual(pair.Index, pair.Item);
            Assert.Equal(images[pair.Index], images[pair.Item]);
        });
    }

    [Fact]
    public void Every_step_has_its_own_order()
    {
        var order = new ViewOrder(Key, 64, 4);
        Assert.Equal(order.At(1), order.At(1));
        Assert.NotEqual(order.At(1), order.At(2));
    }

    /// <summary>With 8 groups, the second views of a group of first views must not be a group too.</summary>
    [Fact]
    public void Companions_of_an_image_differ_between_its_views()
    {
        var second = new ViewOrder(Key, 512, 8).At(0)!;
        var together = second[..128].Count(image => image < 128);
        Assert.InRange(together, 16, 48);
    }
}
