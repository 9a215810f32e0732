using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Learning.Randomness;

namespace Tests.Imaging.Augmentation;

public sealed class CropSamplerTests
{
    private static readonly CropOptions Options = new((0.2, 0.9), (0.75, 4.0 / 3), 0.5);
    private static readonly RandomKey Key = RandomKey.FromSeed(3).Fold("crops");

    [Theory]
    [InlineData(28, 28)]
    [InlineData(20, 60)]
    public void Crops_stay_within_the_image_and_the_ranges_of_area_and_aspect(int height, int width)
    {
        var crops = Draw(2000, height, width);
        var whole = crops.Count(crop => crop.Height == 1 && crop.Width == 1);
        Assert.Equal(0, whole);
        Assert.All(crops, crop =>
        {
            Assert.InRange(crop.Height * crop.Width, 0.2f - 1e-5f, 0.9f + 1e-5f);
            Assert.InRange(crop.Width * width / (crop.Height * height), 0.75f - 1e-5f, 4f / 3 + 1e-5f);
            Assert.InRange(crop.Top, 0, 1 - crop.Height + 1e-6f);
            Assert.InRange(crop.Left, 0, 1 - crop.Width + 1e-6f);
        });
    }

    [Fact]
    public void Whole_ranges_are_used()
    {
        var crops = Draw(2000, 28, 28);

        Assert.InRange(crops.Min(crop => crop.Height * crop.Width), 0.2f, 0.21f);
        Assert.InRange(crops.Max(crop => crop.Height * crop.Width), 0.88f, 0.9001f);
        Assert.InRange(crops.Min(crop => crop.Width / crop.Height), 0.7499f, 0.77f);
        Assert.InRange(crops.Max(crop => crop.Width / crop.Height), 1.3f, 1.3334f);

        var places = crops.Select(crop => crop.Top / (1 - crop.Height)).ToArray();

        Assert.Equal(0.5, places.Average(), 0.03);
        Assert.Equal(1 / 12.0, places.Average(place => (place - 0.5) * (place - 0.5)), 0.01);
    }

    /// <summary>The figure that the comparison with the authors' kernel states.</summary>
    [Fact]
    public void Crops_of_SimCLRs_ranges_are_0_48_of_a_square_image_in_the_mean() => Assert.Equal(
        0.478,
        Draw(20_000, 28, 28, Options with { Area = (0.08, 1) }).Average(crop => crop.Height * crop.Width),
        0.008);

    [Fact]
    public void About_half_of_the_crops_are_flipped()
    {
        Assert.Equal(0.5, Draw(2000, 28, 28).Count(crop => crop.Flipped) / 2000.0, 0.04);
        Assert.DoesNotContain(Draw(200, 28, 28, Options with { FlipProbability = 0 }), crop => crop.Flipped);
        Assert.All(Draw(200, 28, 28, Options with { FlipProbability = 1 }), crop => Assert.True(crop.Flipped));
    }

    [Fact]
    public void Same_key_draws_the_same_crop()
    {
        Assert.Equal(Draw(50, 28, 28), Draw(50, 28, 28));
        Assert.Equal(50, Draw(50, 28, 28).Distinct().Count());
    }

    [Fact]
    public void Whole_image_is_used_if_no_crop_fits()
    {
        var tooWide = new CropOptions((1, 1), (2, 2), 0);
        Assert.Equal(Crop.Whole, CropSampler.Draw(Key, tooWide, 28, 28));
        Assert.Equal(Crop.Whole with { Flipped = true }, CropSampler.Draw(Key, tooWide with { FlipProbability = 1 }, 28, 28));
    }

    private static Crop[] Draw(int count, int height, int width, CropOptions? options = null) =>
        [.. Enumerable.Range(0, count).Select(i => CropSampler.Draw(Key.Fold(i), options ?? Options, height, width))];
}
