using Distill.Datasets.Images;

namespace Tests.Datasets.Images;

/// <summary>What a check learns from the pixels of an image.</summary>
public sealed class PixelFactsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(130)]
    public void Range_is_found_at_every_place_of_images_of_every_length(int width)
    {
        for (var at = 0; at < 3 * width; at++)
        {
            var pixels = Enumerable.Repeat((byte)100, 3 * width).ToArray();
            pixels[at] = 7;
            var dark = Facts(3, width, pixels);
            Assert.Equal((7, width == 1 ? 0 : 93), (dark.Darkest, dark.Contrast));

            pixels[at] = 250;
            var bright = Facts(3, width, pixels);
            Assert.Equal((250, width == 1 ? 0 : 150), (bright.Brightest, bright.Contrast));
        }
    }

    [Fact]
    public void An_image_of_one_color_is_constant_in_every_size_and_equal_to_others_of_its_color()
    {
        var red = Facts(3, 2, [200, 200, 0, 0, 9, 9]);

        Assert.True(red.IsConstant);
        Assert.Equal(red.Content, Facts(3, 5, [.. Repeat(200, 5), .. Repeat(0, 5), .. Repeat(9, 5)]).Content);
        Assert.NotEqual(red.Content, Facts(3, 2, [0, 0, 200, 200, 9, 9]).Content);
    }

    [Fact]
    public void Gray_means_equal_channels()
    {
        Assert.True(Facts(1, 3, [1, 2, 3]).IsGray);
        Assert.True(Facts(3, 2, [1, 2, 1, 2, 1, 2]).IsGray);
        Assert.False(Facts(3, 2, [1, 2, 1, 2, 1, 3]).IsGray);
    }

    [Fact]
    public void Content_differs_with_one_value_and_with_the_size()
    {
        byte[] pixels = [1, 2, 3, 4];

        Assert.Equal(Facts(1, 4, pixels).Content, Facts(1, 4, [1, 2, 3, 4]).Content);
        Assert.NotEqual(Facts(1, 4, pixels).Content, Facts(1, 4, [1, 2, 3, 5]).Content);
        Assert.NotEqual(
            Facts(1, 4, pixels).Content, PixelFacts.Of(new DecodedImage(new ImageShape(1, 2, 2), pixels)).Content);
    }

    private static byte[] Repeat(byte value, int count) => [.. Enumerable.Repeat(value, count)];

    private static PixelFacts Facts(int channels, int width, byte[] pixels) =>
        PixelFacts.Of(new DecodedImage(new ImageShape(channels, 1, width), pixels));
}
