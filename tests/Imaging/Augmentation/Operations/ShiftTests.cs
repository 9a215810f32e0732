using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Augmentation.Operations;

[Collection(TorchTests.Name)]
public sealed class ShiftTests
{
    /// <summary>Every shifted view is a crop of the view that libtorch padded by reflection, and every such crop occurs.</summary>
    [Fact]
    public void Shift_is_a_random_crop_of_the_reflected_view()
    {
        using var scope = NewDisposeScope();
        const int Views = 500;
        var image = Pattern.Uniform("shift", 1, 3, 16, 8);
        RandomKey[] keys = [.. Enumerable.Range(0, Views).Select(i => RandomKey.FromSeed(7).Fold(i))];

        var shifted = new Shift(1, 0.125).Apply(image.expand(Views, -1, -1, -1), keys);

        // 2 of 16 rows and 1 of 8 columns.
        var padded = nn.functional.pad(image, [1, 1, 2, 2], PaddingModes.Reflect);
        var counts = new int[5, 3];
        for (var i = 0; i < Views; i++)
        {
            var found = from row in Enumerable.Range(0, 5)
                        from column in Enumerable.Range(0, 3)
                        where padded[0].narrow(1, row, 16).narrow(2, column, 8).eq(shifted[i]).all().ToBoolean()
                        select (row, column);
            var (top, left) = Assert.Single(found);
            counts[top, left]++;
        }

        Assert.All(counts.Cast<int>(), count => Assert.InRange(count, 12, 60));
    }

    [Fact]
    public void Tiny_views_shift_by_less_than_their_side()
    {
        using var scope = NewDisposeScope();
        var image = Pattern.Uniform("tiny", 40, 1, 1, 2);

        var shifted = new Shift(1, 0.5).Apply(image, [.. Enumerable.Range(0, 40).Select(i => RandomKey.FromSeed(8).Fold(i))]);

        // Row 0 has nowhere to go; the columns stay or change places.
        Close.Exactly(image.sort(3).Values, shifted.sort(3).Values);
    }
}
