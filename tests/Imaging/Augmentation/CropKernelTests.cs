using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Randomness;

namespace Tests.Imaging.Augmentation;

public sealed class CropKernelTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(6).Fold("crop kernel");
    private static readonly CropOptions Options = new((0.01, 1), (0.3, 3), 0.5);

    [Theory]
    [InlineData(28, 28, 28, 28)]
    [InlineData(7, 5, 7, 5)]
    [InlineData(64, 63, 64, 63)]
    [InlineData(9, 64, 48, 48)]
    [InlineData(32, 32, 3, 40)]
    [InlineData(1, 1, 4, 4)]
    public void Crop_is_sampled_bilinearly(int height, int width, int rows, int columns)
    {
        var image = Enumerable.Range(0, 3 * height * width).Select(i => (byte)Key.Below(i, 256)).ToArray();
        var kernel = new CropKernel((height, width), (rows, columns));
        var values = new float[3 * rows * columns];
        for (var i = 0; i < 50; i++)
        {
            var crop = i == 0 ? Crop.Whole with { Flipped = true } : CropSampler.Draw(Key.Fold(i), Options, height, width);
            kernel.Render(image, crop, new ViewSpan(values, 3, rows, columns));
            for (var place = 0; place < values.Length; place++)
            {
                var (plane, y, x) = (place / (rows * columns), place / columns % rows, place % columns);
                var down = (crop.Top + (y + 0.5) * crop.Height / rows) * height - 0.5;
                var along = (crop.Left + ((crop.Flipped ? columns - 1 - x : x) + 0.5) * crop.Width / columns) * width - 0.5;
                Assert.Equal(Bilinear(image.AsSpan(plane * height * width), height, width, down, along), values[place], 1e-6);
            }
        }
    }

    [Fact]
    public void Whole_image_keeps_its_bits()
    {
        var image = Enumerable.Range(0, 3 * 7 * 5).Select(i => (byte)Key.Below(i, 256)).ToArray();
        var values = new float[image.Length];
        new CropKernel((7, 5), (7, 5)).Render(image, Crop.Whole, new ViewSpan(values, 3, 7, 5));
        Assert.Equal(image.Select(value => value / 255f), values);
    }

    private static double Bilinear(ReadOnlySpan<byte> plane, int height, int width, double y, double x)
    {
        (y, x) = (Math.Clamp(y, 0, height - 1), Math.Clamp(x, 0, width - 1));
        var (top, left) = ((int)y, (int)x);
        var (down, right) = (Math.Min(top + 1, height - 1), Math.Min(left + 1, width - 1));
        var upper = plane[top * width + left] * (1 - x + left) + plane[top * width + right] * (x - left);
        var lower = plane[down * width + left] * (1 - x + left) + plane[down * width + right] * (x - left);
        return (upper * (1 - y + top) + lower * (y - top)) / 255;
    }
}
