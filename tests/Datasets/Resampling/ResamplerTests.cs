using Distill.Datasets.Images;
using Distill.Datasets.Resampling;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Datasets.Resampling;

/// <summary>Crops, compared with unrounded results of PIL and of torch's antialiased resizing (tests/Golden/make_photos.py).</summary>
[Collection(TorchTests.Name)]
public sealed class ResamplerTests
{
    /// <summary>Half a gray level for rounding to bytes, and 0.001 for single precision.</summary>
    private const double Rounding = 0.501;

    [Fact]
    public void Crops_equal_PILs_and_torchs()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("cuts");
        var cuts_N9 = golden["cuts"];
        for (var number = 0; number < cuts_N9.shape[0]; number++)
        {
            var cut = cuts_N9[number].data<double>().ToArray();
            var (height, width) = ((int)cut[0], (int)cut[1]);
            var crop = new Crop((float)cut[2], (float)cut[3], (float)cut[4], (float)cut[5], cut[6] != 0);
            var actual_HW = Cut(Picture(number, height, width), crop, (int)cut[7], (int)cut[8]);
            Close.To(golden[$"PIL {number}"].clamp(0, 255), actual_HW, Rounding, $"PIL's crop {number}");
            if (golden.TryGetValue($"torch {number}", out var resized_HW))
            {
                Close.To(resized_HW.clamp(0, 255), actual_HW, Rounding, $"torch's crop {number}");
            }
        }
    }

    /// <summary>Lengths around the eight values of a vector and the 32 of four vectors, in the image and in the result.</summary>
    [Theory]
    [InlineData(1, 1, 1, 4, 4)]
    [InlineData(3, 7, 5, 8, 9)]
    [InlineData(1, 8, 8, 7, 5)]
    [InlineData(3, 9, 15, 16, 1)]
    [InlineData(1, 40, 33, 17, 31)]
    [InlineData(3, 61, 71, 32, 33)]
    [InlineData(1, 300, 450, 23, 40)]
    public void Vectors_give_the_bits_of_plain_sums(int channels, int height, int width, int rows, int columns)
    {
        var random = new Random(height);
        var image = new DecodedImage(new ImageShape(channels, height, width), new byte[channels * height * width]);
        random.NextBytes(image.Pixels);
        for (var i = 0; i < 20; i++)
        {
            var (h, w) = (0.05f + 0.9f * random.NextSingle(), 0.05f + 0.9f * random.NextSingle());
            var crop = new Crop((1 - h) * random.NextSingle(), (1 - w) * random.NextSingle(), h, w, Flipped: i % 2 == 1);
            var expected = PlainCut(image, crop, rows, columns);
            var (bytes, fractions) = (new byte[expected.Length], new float[expected.Length]);
            Resampler.Cut(image, crop, rows, columns, bytes);
            Resampler.Cut(image.Shape, image.Pixels, crop, rows, columns, fractions);

            Assert.Equal(expected, bytes);
            Assert.Equal(expected.Select(value => value / 255f), fractions);
        }
    }

    [Theory]
    [InlineData(100, 200, 50, 50, 100)]
    [InlineData(201, 100, 50, 100, 50)]
    [InlineData(375, 500, 256, 256, 341)]
    [InlineData(50, 1000, 50, 50, 1000)]
    [InlineData(8, 3, 50, 8, 3)]
    [InlineData(16, 4000, 8, 8, 2000)]
    public void The_shorter_side_shrinks_and_never_grows(
        int height, int width, int shorterSide, int expectedHeight, int expectedWidth)
    {
        Assert.Equal((expectedHeight, expectedWidth), Resampler.ShrunkSize(height, width, shorterSide));

        var shape = new ImageShape(1, height, width);
        var shrunk = Resampler.Shrink(new DecodedImage(shape, new byte[shape.Size]), shorterSide);

        Assert.Equal(new ImageShape(1, expectedHeight, expectedWidth), shrunk.Shape);
    }

    [Fact]
    public void Every_channel_is_cropped_alike()
    {
        var picture = Picture(0, 37, 53);
        var inverse = picture.Pixels.Select(value => (byte)(255 - value));
        var color = new DecodedImage(new ImageShape(3, 37, 53), [.. picture.Pixels, .. inverse, .. picture.Pixels]);
        var crop = new Crop(0.1f, 0.2f, 0.31f, 0.27f, Flipped: true);
        var (gray, all) = (new byte[11 * 7], new byte[3 * 11 * 7]);
        Resampler.Cut(picture, crop, 11, 7, gray);
        Resampler.Cut(color, crop, 11, 7, all);

        Assert.Equal(gray, all[..77]);
        Assert.Equal(gray, all[154..]);
        Assert.NotEqual(gray, all[77..154]);
    }

    [Fact]
    public void A_uniform_image_keeps_its_color_at_any_size()
    {
        var shape = new ImageShape(1, 19, 31);
        var picture = new DecodedImage(shape, [.. Enumerable.Repeat((byte)201, shape.Size)]);
        foreach (var size in new[] { 1, 2, 19, 64 })
        {
            var cut = new byte[size * size];
            Resampler.Cut(picture, new Crop(0.99f, 0.001f, 0.01f, 0.5f, Flipped: false), size, size, cut);
            Assert.All(cut, value => Assert.Equal(201, value));
        }
    }

    /// <summary>Sums down, then across, one value at a time.</summary>
    private static byte[] PlainCut(DecodedImage image, Crop crop, int rows, int columns)
    {
        var (channels, height, width) = image.Shape;
        using var down = new BicubicTaps(height, (double)crop.Top * height, (double)crop.Height * height, rows);
        using var across = new BicubicTaps(width, (double)crop.Left * width, (double)crop.Width * width, columns, crop.Flipped);
        var result = new byte[channels * rows * columns];
        for (var place = 0; place < result.Length; place++)
        {
            var (plane, y, x) = (place / (rows * columns), place / columns % rows, place % columns);
            var sum = 0f;
            for (var i = 0; i < across.WeightsOf(x).Length; i++)
            {
                var column = 0f;
                for (var j = 0; j < down.WeightsOf(y).Length; j++)
                {
                    column += image.Pixels[(plane * height + down.FirstOf(y) + j) * width + across.FirstOf(x) + i] * down.WeightsOf(y)[j];
                }

                sum += column * across.WeightsOf(x)[i];
            }

            result[place] = (byte)Math.Clamp(MathF.Round(sum), 0, 255);
        }

        return result;
    }

    private static DecodedImage Picture(int number, int height, int width) => new(
        new ImageShape(1, height, width),
        Pattern.Uniform($"cut {number}", height, width).add(1).mul(127.99).to_type(ScalarType.Byte).data<byte>().ToArray());

    private static Tensor Cut(DecodedImage picture, Crop crop, int rows, int columns)
    {
        var bytes = new byte[rows * columns];
        Resampler.Cut(picture, crop, rows, columns, bytes);
        return tensor(bytes, [rows, columns], dtype: ScalarType.Byte);
    }
}
