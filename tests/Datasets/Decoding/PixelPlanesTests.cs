using Distill.Datasets.Decoding;

namespace Tests.Datasets.Decoding;

/// <summary>Compares the split of pixels into planes with arithmetic on one pixel at a time.</summary>
public sealed class PixelPlanesTests
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(1, false)]
    [InlineData(3, false)]
    public void Any_number_of_pixels_is_split(int channels, bool opaque)
    {
        for (var pixels = 1; pixels < 70; pixels++)
        {
            var rgba = new byte[4 * pixels];
            new Random(pixels).NextBytes(rgba);
            for (var pixel = 0; opaque && pixel < pixels; pixel++)
            {
                rgba[4 * pixel + 3] = 255;
            }

            var expected = new byte[channels * pixels];
            for (var pixel = 0; pixel < pixels; pixel++)
            {
                var colors = rgba.AsSpan(4 * pixel, 3).ToArray().Select(value => OnWhite(value, rgba[4 * pixel + 3])).ToArray();
                for (var channel = 0; channel < channels; channel++)
                {
                    expected[channel * pixels + pixel] = (byte)(channels == 3 ? colors[channel] : Gray(colors));
                }
            }

            var planes = new byte[channels * pixels];
            PixelPlanes.Split(rgba, opaque, planes, channels);

            Assert.Equal(expected, planes);
        }
    }

    private static int OnWhite(int value, int alpha) => (value * alpha + 255 * (255 - alpha) + 127) / 255;

    /// <summary>The formula of PIL's convert("L").</summary>
    private static int Gray(int[] colors) => (colors[0] * 19595 + colors[1] * 38470 + colors[2] * 7471 + 0x8000) >> 16;
}
