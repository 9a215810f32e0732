using Distill.Distill;
using Distill.Imaging.Loading;
using Distill.Learning.Randomness;

namespace Tests.Distill;

public sealed class StoredOrderTests
{
    private const int Images = 6;
    private const int Views = 8;

    private static readonly RandomKey Key = RandomKey.FromSeed(5);

    [Fact]
    public void Without_views_together_it_is_the_order_of_all_views()
    {
        var order = new StoredOrder(Key, Images * Views, Views, batchSize: 10, together: 1);
        var plan = new BatchPlan(Key, Images * Views, 10);
        for (var step = 0; step < 12; step++)
        {
            Assert.Equal(plan.At(step).Select(sample => sample.Index), order.At(step));
            Assert.Equal(plan.EpochsAfter(step), order.PassesAfter(step));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Every_view_comes_once_per_pass_and_views_of_an_image_together(int together)
    {
        var order = new StoredOrder(Key, Images * Views, Views, batchSize: 16, together);
        var steps = 3 * Images * Views / 16;
        Assert.Equal(3, order.PassesAfter(steps), 1e-12);

        int[] rows = [.. Enumerable.Range(0, steps).SelectMany(step => order.At(step))];
        Assert.All(rows.Chunk(together), some => Assert.Single(some.Select(row => row / Views).Distinct()));
        var passes = rows.Chunk(Images * Views).ToArray();
        Assert.All(passes, pass => Assert.Equal(Enumerable.Range(0, Images * Views), pass.Order()));

        // Each time, the images come in another order, and an image shows its views in another order.
        var parts = rows.Chunk(Images * together).ToArray();
        Assert.NotEqual(parts[0].Select(row => row / Views), parts[1].Select(row => row / Views));
        Assert.NotEqual(passes[0].Where(row => row < Views), passes[1].Where(row => row < Views));
        Assert.Equal(order.At(3), order.At(3));
    }

    [Fact]
    public void Every_image_shows_its_views_in_an_order_of_its_own()
    {
        var order = new StoredOrder(Key, Images * Views, Views, batchSize: Images * Views, together: Views);
        var orders = order.At(0).Chunk(Views).Select(some => string.Join(' ', some.Select(row => row % Views))).ToArray();
        Assert.Equal(Images, orders.Distinct().Count());
    }
}
