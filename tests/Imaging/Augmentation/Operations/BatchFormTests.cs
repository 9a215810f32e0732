using Distill.Imaging.Augmentation.Operations;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging.Augmentation.Operations;

/// <summary>Compares the batch forms of blur and color changes with torchvision (make_augmentation.py).</summary>
[Collection(TorchTests.Name)]
public sealed class BatchFormTests
{
    [Fact]
    public void Blur_matches_torchvision()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("augmentation");
        Close.To(golden["blur3"], BlurBatch.Apply(Images(3), [0.1, 0.4, 0.8, 1.5, 2.0]), 1e-5);
        var large = Pattern.Uniform("large", 2, 1, 50, 14).mul(0.5).add(0.5);
        Close.To(golden["blur5"], BlurBatch.Apply(large, [0.7, 1.9]), 1e-5);
    }

    [Fact]
    public void Sigma_0_changes_nothing()
    {
        using var scope = NewDisposeScope();
        Close.Exactly(Images(3), BlurBatch.Apply(Images(3), new double[5]));
    }

    [Fact]
    public void Image_of_sigma_0_stays_as_it_is_beside_others()
    {
        using var scope = NewDisposeScope();
        var images = Images(3);
        var blurred = BlurBatch.Apply(images, [0, 1.5, 0, 0.8, 0]);
        foreach (var (image, sigma) in new[] { (0, 0.0), (1, 1.5), (2, 0.0), (3, 0.8), (4, 0.0) })
        {
            var alone = images.narrow(0, image, 1);
            Close.Exactly(sigma == 0 ? alone : BlurBatch.Apply(alone, [sigma]), blurred.narrow(0, image, 1));
        }
    }

    [Theory]
    [InlineData(12, 3)]
    [InlineData(28, 3)]
    [InlineData(32, 3)]
    [InlineData(50, 5)]
    [InlineData(224, 23)]
    public void Kernel_size_is_an_odd_tenth_of_the_height(int height, int size) => Assert.Equal(size, BlurBatch.KernelSize(height));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Brightness_and_contrast_match_torchvision(int channels)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("augmentation");
        var factors = tensor(new[] { 0f, 0.6f, 1, 1.4f, 1.8f }, [5, 1, 1, 1]);
        Close.To(golden[$"brightness{channels}"], ColorBatch.Brightness(Images(channels), factors), 1e-5);
        Close.To(golden[$"contrast{channels}"], ColorBatch.Contrast(Images(channels), factors), 1e-5);
    }

    [Fact]
    public void Saturation_hue_and_grayscale_match_torchvision()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("augmentation");
        var colors = golden["colors"];

        Close.To(golden["saturation3"], ColorBatch.Saturation(colors, tensor(new[] { 0f, 0.6f, 1, 1.4f, 1.8f }, [5, 1, 1, 1])), 1e-5);
        Close.To(golden["hue3"], ColorBatch.Hue(colors, tensor(new[] { -0.5f, -0.1f, 0, 0.2f, 0.37f }, [5, 1, 1, 1])), 1e-5);
        Close.To(golden["grayscale3"], ColorBatch.Grayscale(colors), 1e-5);
    }

    [Fact]
    public void Whole_turn_of_the_hue_changes_nothing()
    {
        using var scope = NewDisposeScope();
        Close.To(Images(3), ColorBatch.Hue(Images(3), ones(5, 1, 1, 1)), 1e-5);
    }

    private static Tensor Images(int channels) => Pattern.Uniform("images", 5, channels, 12, 10).mul(0.5).add(0.5);
}
