using Distill.Datasets.Decoding;
using Distill.Datasets.Images;
using Distill.Datasets.Resampling;
using SkiaSharp;
using Tests.Datasets.Folders;
using Tests.Golden;

namespace Tests.Datasets.Decoding;

/// <summary>JPEG files that are shrunk while they are decoded, compared with the full image, shrunk with antialiasing.</summary>
public sealed class ScaledJpegTests
{
    /// <summary>
    /// Largest mean and root mean square of the differences, in gray levels of 255. The two low-pass filters differ at hard edges.
    /// </summary>
    private const double Mean = 2;

    private const double RootMeanSquare = 4;

    public static TheoryData<string> Jpegs => [.. Directory.GetFiles(GoldenFile.PathOf("Photos"))
        .Select(path => Path.GetFileName(path)!)
        .Where(name => name.EndsWith(".jpg", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Jpegs))]
    public void Every_kind_of_JPEG_keeps_its_shape_and_its_mean_color(string name)
    {
        // These images have about 20 pixels per side and hard edges, so single pixels differ more than those of photographs.
        var bytes = File.ReadAllBytes(Path.Combine(GoldenFile.PathOf("Photos"), name));
        foreach (var side in new[] { 3, 5, 8, 11 })
        {
            var expected = Resampler.Shrink(ImageDecoder.Decode(bytes, 3).Image, side);
            var actual = ImageDecoder.Decode(bytes, 3, side).Image;

            Assert.Equal(expected.Shape, actual.Shape);
            for (var channel = 0; channel < 3; channel++)
            {
                Assert.Equal(MeanOf(expected, channel), MeanOf(actual, channel), tolerance: 4);
            }
        }
    }

    /// <summary>A side of exactly n eighths needs that scale, and one more pixel the next one. PNG files have no scales.</summary>
    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg, 1, 1)]
    [InlineData(SKEncodedImageFormat.Jpeg, 37, 1)]
    [InlineData(SKEncodedImageFormat.Jpeg, 38, 1)]
    [InlineData(SKEncodedImageFormat.Jpeg, 39, 2)]
    [InlineData(SKEncodedImageFormat.Jpeg, 76, 2)]
    [InlineData(SKEncodedImageFormat.Jpeg, 77, 3)]
    [InlineData(SKEncodedImageFormat.Jpeg, 114, 3)]
    [InlineData(SKEncodedImageFormat.Jpeg, 152, 4)]
    [InlineData(SKEncodedImageFormat.Jpeg, 190, 5)]
    [InlineData(SKEncodedImageFormat.Jpeg, 228, 6)]
    [InlineData(SKEncodedImageFormat.Jpeg, 266, 7)]
    [InlineData(SKEncodedImageFormat.Jpeg, 267, null)]
    [InlineData(SKEncodedImageFormat.Jpeg, 304, null)]
    [InlineData(SKEncodedImageFormat.Png, 1, null)]
    [InlineData(SKEncodedImageFormat.Png, 152, null)]
    public void The_smallest_scale_that_is_large_enough_is_chosen(SKEncodedImageFormat format, int side, int? expected)
    {
        using var data = SKData.CreateCopy(Stripes(400, 304, format));
        using var codec = SKCodec.Create(data);
        var scaled = ScaledJpeg.Choose(codec, side);

        Assert.Equal(expected, scaled?.Eighths);
        Assert.Equal(expected is { } eighths ? new SKSizeI(50 * eighths, 38 * eighths) : null, scaled?.Size);
    }

    /// <summary>Only a full image of more than 25 megapixels waits for others. Shrunk, it has few.</summary>
    [Fact]
    public void A_large_JPEG_is_decoded_beside_others_if_it_is_shrunk()
    {
        var bytes = Stripes(5040, 5000);
        DecodedImage? full = null, shrunk = null;
        var waiting = new Thread(() => full = ImageDecoder.Decode(bytes, 1).Image);
        var passing = new Thread(() => shrunk = ImageDecoder.Decode(bytes, 1, 100).Image);
        lock (ImageDecoder.OneAtATime)
        {
            waiting.Start();
            passing.Start();

            Assert.True(passing.Join(TimeSpan.FromMinutes(1)));
            Assert.False(waiting.Join(TimeSpan.FromSeconds(0.5)));
        }

        waiting.Join();

        Assert.Equal(new ImageShape(1, 5000, 5040), full!.Shape);
        Assert.Equal(new ImageShape(1, 100, 101), shrunk!.Shape);
    }

    /// <summary>Sides that are decoded at 1/8 to 7/8 and in full size, of images whose sides are and are not multiples of 8.</summary>
    [Theory]
    [InlineData(400, 304)]
    [InlineData(397, 299)]
    [InlineData(301, 443)]
    public void Every_scale_is_close_to_the_full_image(int width, int height)
    {
        var bytes = Stripes(width, height);
        for (var eighths = 1; eighths <= 8; eighths++)
        {
            Compare(bytes, Math.Min(width, height) * eighths / 8);
            Compare(bytes, Math.Min(width, height) * eighths / 8 - 10);
        }
    }

    /// <summary>The border beyond the last whole pixel must not move the image, on whichever side it is.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Turned_images_are_shrunk_like_upright_ones(byte orientation)
    {
        var bytes = Pictures.WithOrientation(Stripes(301, 203), orientation);

        Compare(bytes, 60);
        Assert.Equal(orientation > 4 ? (301, 203) : (203, 301), SizeOf(ImageDecoder.Decode(bytes, 3, 60).Header));
    }

    [Fact]
    public void Other_formats_and_smaller_images_are_decoded_in_full()
    {
        foreach (var bytes in new[] { Stripes(300, 200, SKEncodedImageFormat.Png), Stripes(300, 200) })
        {
            var side = bytes[0] == 0xFF ? 200 : 40;
            var full = Resampler.Shrink(ImageDecoder.Decode(bytes, 3).Image, side);

            Assert.Equal(full.Pixels, ImageDecoder.Decode(bytes, 3, side).Image.Pixels);
        }
    }

    [Fact]
    public void A_JPEG_that_is_cut_short_is_refused_at_every_scale()
    {
        var bytes = Stripes(300, 200);
        foreach (var side in new[] { 20, 80, 160 })
        {
            var refused = Assert.Throws<RefusedImageException>(() => ImageDecoder.Decode(bytes.AsSpan(0, bytes.Length / 2), 3, side));

            Assert.Equal("cut short", refused.Message);
        }
    }

    private static void Compare(byte[] jpeg, int side)
    {
        foreach (var channels in new[] { 1, 3 })
        {
            var expected = Resampler.Shrink(ImageDecoder.Decode(jpeg, channels).Image, side);
            var actual = ImageDecoder.Decode(jpeg, channels, side).Image;

            Assert.Equal(expected.Shape, actual.Shape);

            var differences = expected.Pixels.Zip(actual.Pixels, (x, y) => (double)x - y).ToArray();

            Assert.InRange(differences.Average(Math.Abs), 0, Mean);
            Assert.InRange(Math.Sqrt(differences.Average(difference => difference * difference)), 0, RootMeanSquare);
        }
    }

    private static double MeanOf(DecodedImage image, int channel) =>
        image.Pixels.Chunk(image.Shape.Height * image.Shape.Width).ElementAt(channel).Average(value => (double)value);

    private static (int Height, int Width) SizeOf(ImageHeader header) => (header.Height, header.Width);

    /// <summary>Stripes of different width in each color, and a hard edge.</summary>
    private static byte[] Stripes(int width, int height, SKEncodedImageFormat format = SKEncodedImageFormat.Jpeg)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.Pixels =
        [
            .. Enumerable.Range(0, width * height).Select(place => (X: place % width, Y: place / width)).Select(at => new SKColor(
                Stripe(at.X / 9.0), Stripe(at.Y / 13.0), at.X + at.Y > 250 ? (byte)200 : Stripe((at.X - at.Y) / 21.0))),
        ];
        using var data = bitmap.Encode(format, 90);
        return data.ToArray();

        static byte Stripe(double phase) => (byte)(127.5 + 100 * Math.Sin(phase));
    }
}
