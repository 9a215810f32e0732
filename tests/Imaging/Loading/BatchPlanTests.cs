using Distill.Imaging.Loading;
using Distill.Learning.Randomness;

namespace Tests.Imaging.Loading;

public sealed class BatchPlanTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(9).Fold("plan");

    [Theory]
    [InlineData(30, 10)]
    [InlineData(30, 7)]
    [InlineData(30, 30)]
    [InlineData(30, 64)]
    [InlineData(1, 5)]
    public void Every_image_comes_exactly_once_per_epoch(int count, int batchSize)
    {
        var plan = new BatchPlan(Key, count, batchSize);
        var steps = (5 * count + batchSize - 1) / batchSize;
        var samples = Enumerable.Range(0, steps).SelectMany(step => plan.At(step)).ToArray();

        Assert.Equal(steps * batchSize, samples.Length);

        for (var epoch = 0; epoch < 5; epoch++)
        {
            Assert.Equal(Enumerable.Range(0, count), samples.Where(sample => sample.Epoch == epoch).Select(sample => sample.Index).Order());
        }

        Assert.Equal(samples.Select(sample => sample.Epoch).Order(), samples.Select(sample => sample.Epoch));
    }

    [Theory]
    [InlineData(30, 7)]
    [InlineData(5, 12)]
    public void Samples_of_a_step_do_not_depend_on_earlier_calls(int count, int batchSize)
    {
        var forward = new BatchPlan(Key, count, batchSize);
        var all = Enumerable.Range(0, 12).Select(step => forward.At(step)).ToArray();
        Assert.Equal(all[7], new BatchPlan(Key, count, batchSize).At(7));
        Assert.Equal(all[2], forward.At(2));
        Assert.Equal(all[11], forward.At(11));
    }

    [Fact]
    public void Every_epoch_has_a_different_order()
    {
        var plan = new BatchPlan(Key, 30, 30);
        var orders = Enumerable.Range(0, 4).Select(step => string.Join(' ', plan.At(step).Select(sample => sample.Index)));
        Assert.Equal(4, orders.Distinct().Count());
        Assert.NotEqual(plan.At(0), new BatchPlan(Key.Fold(1), 30, 30).At(0));
    }

    [Fact]
    public void Epochs_are_fractional() => Assert.Equal(1.75, new BatchPlan(Key, 40, 10).EpochsAfter(7));

    [Fact]
    public void Views_have_distinct_keys()
    {
        var samples = new[] { new Sample(0, 1), new Sample(1, 0), new Sample(0, 0), new Sample(1, 1) };
        Assert.Equal(8, samples.SelectMany(sample => new[] { sample.View(Key, 0), sample.View(Key, 1) }).Distinct().Count());
    }
}
