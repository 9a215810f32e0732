using Distill.Imaging.Augmentation.Operations;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging.Augmentation;

/// <summary>Blur and changes of color against torchvision (make_augmentation.py).</summary>
[Collection(TorchTests.Name)]
public sealed class FilterTests
{
    [Fact]
    public void Blur_is_torchvisions()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("augmentation");
        Close.To(golden["blur3"], GaussianBlur.Apply(Images(3), [0.1, 0.4, 0.8, 1.5, 2.0]), 1e-5);
        var large = Pattern.Uniform("large", 2, 1, 50, 14).mul(0.5).add(0.5);
        Close.To(golden["blur5"], GaussianBlur.Apply(large, [0.7, 1.9]), 1e-5);
    }

    [Fact]
    public void A_blur_of_0_changes_nothing()
    {
        using var scope = NewDisposeScope();
        Close.Exactly(Images(3), GaussianBlur.Apply(Images(3), new double[5]));
    }

    [Theory]
    [InlineData(12, 3)]
    [InlineData(28, 3)]
    [InlineData(32, 3)]
    [InlineData(50, 5)]
    [InlineData(224, 23)]
    public void The_kernel_is_an_odd_tenth_of_the_height(int height, int size) => Assert.Equal(size, GaussianBlur.KernelSize(height));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Brightness_and_contrast_are_torchvisions(int channels)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("augmentation");
        var factors = tensor(new[] { 0f, 0.6f, 1, 1.4f, 1.8f }, [5, 1, 1, 1]);
        Close.To(golden[$"brightness{channels}"], Photometric.Brightness(Images(channels), factors), 1e-5);
        Close.To(golden[$"contrast{channels}"], Photometric.Contrast(Images(channels), factors), 1e-5);
    }

    [Fact]
    public void Saturation_hue_and_grayscale_are_torchvisions()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("augmentation");
        var colors = golden["colors"];
        Close.To(golden["saturation3"], Photometric.Saturation(colors, tensor(new[] { 0f, 0.6f, 1, 1.4f, 1.8f }, [5, 1, 1, 1])), 1e-5);
        Close.To(golden["hue3"], Photometric.Hue(colors, tensor(new[] { -0.5f, -0.1f, 0, 0.2f, 0.37f }, [5, 1, 1, 1])), 1e-5);
        Close.To(golden["grayscale3"], Photometric.Grayscale(colors), 1e-5);
    }

    [Fact]
    public void A_whole_turn_of_the_hue_changes_nothing()
    {
        using var scope = NewDisposeScope();
        Close.To(Images(3), Photometric.Hue(Images(3), ones(5, 1, 1, 1)), 1e-5);
    }

    private static Tensor Images(int channels) => Pattern.Uniform("images", 5, channels, 12, 10).mul(0.5).add(0.5);
}
