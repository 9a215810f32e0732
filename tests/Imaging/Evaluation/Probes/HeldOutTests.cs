using Distill.Imaging.Evaluation.Probes;
using Distill.Learning.Randomness;

namespace Tests.Imaging.Evaluation.Probes;

public sealed class HeldOutTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(0);

    [Fact]
    public void Every_class_holds_out_its_fraction()
    {
        long[] labels = [.. Enumerable.Range(0, 100).Select(i => i < 80 ? 0L : 1)];
        var heldOut = HeldOut.Balanced(labels, 0.2, Key);

        Assert.Equal((16, 4), (heldOut.Count(place => labels[place] == 0), heldOut.Count(place => labels[place] == 1)));
        Assert.Equal(heldOut.Distinct().Order(), heldOut);
        Assert.Equal(heldOut, HeldOut.Balanced(labels, 0.2, Key));
        Assert.NotEqual(heldOut, HeldOut.Balanced(labels, 0.2, Key.Fold(1)));
    }

    [Theory]
    [InlineData(1, 0.5, 0)]
    [InlineData(2, 0.01, 1)]
    [InlineData(3, 0.99, 2)]
    public void Class_keeps_an_image_on_both_sides_if_possible(int images, double share, int expected) =>
        Assert.Equal(expected, HeldOut.Balanced(new long[images], share, Key).Count);
}
