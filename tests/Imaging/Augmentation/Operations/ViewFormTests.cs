using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging.Augmentation.Operations;

/// <summary>Compares the view forms of blur and color changes with torchvision (make_augmentation.py).</summary>
[Collection(TorchTests.Name)]
public sealed class ViewFormTests
{
    private static readonly float[] Factors = [0, 0.6f, 1, 1.4f, 1.8f];

    private delegate void ViewChange(ViewSpan view, int index);

    [Fact]
    public void Blur_matches_torchvision()
    {
        using var scope = NewDisposeScope();
        double[] sigmas = [0.1, 0.4, 0.8, 1.5, 2.0];
        Compare("blur3", Images(3), (view, i) => BlurView.Apply(view, sigmas[i]));
        var large = Pattern.Uniform("large", 2, 1, 50, 14).mul(0.5).add(0.5);
        Compare("blur5", large, (view, i) => BlurView.Apply(view, i == 0 ? 0.7 : 1.9));
    }

    /// <summary>Widths around the eight values of a vector and the 32 of four vectors, with radii from 1 to 11.</summary>
    [Theory]
    [InlineData(1, 12, 5)]
    [InlineData(3, 33, 8)]
    [InlineData(3, 41, 15)]
    [InlineData(1, 100, 31)]
    [InlineData(3, 50, 32)]
    [InlineData(1, 70, 33)]
    [InlineData(3, 224, 45)]
    [InlineData(1, 33, 224)]
    public void Blur_of_any_size_matches_the_batch_form(int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var image = Pattern.Uniform("any size", 1, channels, height, width).mul(0.5).add(0.5);
        foreach (var sigma in new[] { 0.05, 0.1, 0.7, 2, 15 })
        {
            var values = image.data<float>().ToArray();
            BlurView.Apply(new ViewSpan(values, channels, height, width), sigma);

            Close.To(BlurBatch.Apply(image, [sigma]), tensor(values, image.shape), 1e-6, $"sigma {sigma}");
        }
    }

    /// <summary>
    /// The bits of the first versions, which added all pairs of the kernel one by one. Black pixels around a white one show the smallest
    /// weights, which no sum near 1 would.
    /// </summary>
    [Theory]
    [InlineData(28, 28)]
    [InlineData(80, 83)]
    [InlineData(96, 96)]
    [InlineData(224, 45)]
    public void Blur_adds_every_weight_of_its_kernel(int height, int width)
    {
        foreach (var sigma in new[] { 0.1, 0.3, 0.7, 1.3, 2, 20 })
        {
            var values = new float[height * width];
            values[height / 2 * width + width / 2] = 1;
            values[^1] = 0.3f;
            var expected = PlainBlur(values, height, width, sigma);
            BlurView.Apply(new ViewSpan(values, 1, height, width), sigma);

            Assert.Equal(expected, values);
        }
    }

    [Theory]
    [InlineData(1, 12, 5)]
    [InlineData(3, 9, 7)]
    [InlineData(3, 33, 31)]
    [InlineData(1, 65, 63)]
    [InlineData(3, 224, 221)]
    public void Color_changes_of_any_size_match_the_batch_form(int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var image = Pattern.Uniform("any color", 1, channels, height, width).mul(0.5).add(0.5);
        ViewOperation[] operations = [new Jitter(1, 0.8, 0.8, 0.8, 0.4), new Grayscale(0.5), new Flip(0.5)];
        for (var i = 0; i < 10; i++)
        {
            foreach (var operation in operations)
            {
                var values = image.data<float>().ToArray();
                var key = RandomKey.FromSeed(i);
                ((ISingleView)operation).Change(new ViewSpan(values, channels, height, width), key);

                Close.To(operation.Apply(image, [key]), tensor(values, image.shape), 1e-5, $"{operation.GetType().Name} {i}");
            }
        }
    }

    [Fact]
    public void View_smaller_than_the_radius_is_rejected() =>
        Assert.Throws<ArgumentException>(() => BlurView.Apply(new ViewSpan(new float[28], 1, 28, 1), 1));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Brightness_and_contrast_match_torchvision(int channels)
    {
        using var scope = NewDisposeScope();
        Compare($"brightness{channels}", Images(channels), (view, i) => VectorRow.Change(view.Values, new ContrastChange(0, Factors[i])));
        Compare(
            $"contrast{channels}",
            Images(channels),
            (view, i) => VectorRow.Change(view.Values, new ContrastChange(VectorRow.MeanGray(view), Factors[i])));
    }

    [Fact]
    public void Saturation_hue_and_grayscale_match_torchvision()
    {
        using var scope = NewDisposeScope();
        float[] turns = [-0.5f, -0.1f, 0, 0.2f, 0.37f];
        var colors = GoldenFile.Read("augmentation")["colors"];
        Compare("saturation3", colors, (view, i) => VectorRow.ChangeColor(view, new SaturationChange(Factors[i])));
        Compare("hue3", colors, (view, i) => VectorRow.ChangeColor(view, new HueChange(turns[i])));
        Compare("grayscale3", colors, (view, _) => VectorRow.ChangeColor(view, default(GrayChange)));
    }

    /// <summary>Sums down, then across, one value at a time: the value itself, then pairs at growing distances.</summary>
    private static float[] PlainBlur(float[] values_HW, int height, int width, double sigma)
    {
        var weights = new float[BlurBatch.KernelSize(height) / 2 + 1];
        BlurBatch.FillKernel(sigma, weights);
        var (down, across) = (new float[values_HW.Length], new float[values_HW.Length]);
        for (var place = 0; place < down.Length; place++)
        {
            var x = place % width;
            down[place] = Sum(values_HW, place / width, height, y => y * width + x);
        }

        for (var place = 0; place < across.Length; place++)
        {
            var row = place / width * width;
            across[place] = Sum(down, place % width, width, x => row + x);
        }

        return across;

        float Sum(float[] source, int center, int length, Func<int, int> placeOf)
        {
            var sum = source[placeOf(center)] * weights[0];
            for (var distance = 1; distance < weights.Length; distance++)
            {
                var before = source[placeOf(Math.Abs(center - distance))];
                var after = source[placeOf(center + distance < length ? center + distance : 2 * (length - 1) - center - distance)];
                sum += (before + after) * weights[distance];
            }

            return sum;
        }
    }

    private static void Compare(string golden, Tensor images_NCHW, ViewChange change)
    {
        var (channels, height, width) = ((int)images_NCHW.shape[1], (int)images_NCHW.shape[2], (int)images_NCHW.shape[3]);
        var values = images_NCHW.data<float>().ToArray();
        for (var i = 0; i < images_NCHW.shape[0]; i++)
        {
            change(new ViewSpan(values.AsSpan(i * channels * height * width), channels, height, width), i);
        }

        Close.To(GoldenFile.Read("augmentation")[golden], tensor(values, images_NCHW.shape), 1e-5);
    }

    private static Tensor Images(int channels) => Pattern.Uniform("images", 5, channels, 12, 10).mul(0.5).add(0.5);
}
