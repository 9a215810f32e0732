using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging.Augmentation;

[Collection(TorchTests.Name)]
public sealed class CropRendererTests
{
    private const int Height = 12;
    private const int Width = 10;

    // In pixels; the same as in make_augmentation.py.
    private static readonly (int Top, int Left, int Height, int Width, bool Flipped)[] Pixels =
        [(0, 0, 12, 10, false), (2, 1, 6, 5, false), (3, 4, 9, 4, true), (0, 3, 4, 7, true), (5, 0, 7, 10, false)];

    private static readonly Crop[] Crops =
    [
        .. Pixels.Select(p => new Crop(
            (float)p.Top / Height, (float)p.Left / Width, (float)p.Height / Height, (float)p.Width / Width, p.Flipped)),
    ];

    [Fact]
    public void Crop_is_sampled_bilinearly()
    {
        using var scope = NewDisposeScope();
        var images = Images();
        var expected = new float[images.numel()];
        var pixels = images.data<float>().ToArray();
        for (var i = 0; i < expected.Length; i++)
        {
            var (n, c, y, x) = Unravel(i);
            expected[i] = (float)Bilinear(pixels, n * 3 + c, InputY(n, y), InputX(n, x));
        }

        Close.To(tensor(expected, images.shape), CropRenderer.Render(images, Crops), 1e-5);
    }

    [Fact]
    public void Crop_matches_torchvision()
    {
        using var scope = NewDisposeScope();
        var actual = CropRenderer.Render(Images(), Crops).data<float>().ToArray();
        var expected = GoldenFile.Read("augmentation")["crops"].data<float>().ToArray();
        var compared = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            // torchvision cuts first, so it repeats the edge of a crop where ours uses the neighbor outside.
            var (n, _, y, x) = Unravel(i);
            var crop = Pixels[n];
            var insideY = InputY(n, y) >= crop.Top && InputY(n, y) <= crop.Top + crop.Height - 1;
            var insideX = InputX(n, x) >= crop.Left && InputX(n, x) <= crop.Left + crop.Width - 1;
            if (insideY && insideX)
            {
                Assert.Equal(expected[i], actual[i], 1e-5);
                compared++;
            }
        }

        Assert.InRange(compared, expected.Length / 2, expected.Length);
    }

    [Fact]
    public void Whole_image_is_unchanged_or_mirrored()
    {
        using var scope = NewDisposeScope();
        var images = Images();
        Close.To(images, CropRenderer.Render(images, [.. Enumerable.Repeat(Crop.Whole, 5)]), 1e-5);
        Close.To(images.flip(3), CropRenderer.Render(images, [.. Enumerable.Repeat(Crop.Whole with { Flipped = true }, 5)]), 1e-5);
    }

    [Fact]
    public void One_crop_per_image_is_required()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => CropRenderer.Render(Images(), Crops.AsSpan(1)));
    }

    private static Tensor Images() => Pattern.Uniform("images", 5, 3, Height, Width).mul(0.5).add(0.5);

    private static (int N, int C, int Y, int X) Unravel(int i) =>
        (i / (3 * Height * Width), i / (Height * Width) % 3, i / Width % Height, i % Width);

    /// <summary>Returns the position of an output row's center in the image, in rows.</summary>
    private static double InputY(int n, int y) => Pixels[n].Top + (y + 0.5) * Pixels[n].Height / Height - 0.5;

    private static double InputX(int n, int x) =>
        Pixels[n].Left + ((Pixels[n].Flipped ? Width - 1 - x : x) + 0.5) * Pixels[n].Width / Width - 0.5;

    private static double Bilinear(float[] pixels, int plane, double y, double x)
    {
        (y, x) = (Math.Clamp(y, 0, Height - 1), Math.Clamp(x, 0, Width - 1));
        var (top, left) = ((int)y, (int)x);
        var (down, right) = (Math.Min(top + 1, Height - 1), Math.Min(left + 1, Width - 1));
        double At(int row, int column) => pixels[(plane * Height + row) * Width + column];
        var upper = At(top, left) + (x - left) * (At(top, right) - At(top, left));
        var lower = At(down, left) + (x - left) * (At(down, right) - At(down, left));
        return upper + (y - top) * (lower - upper);
    }
}
