using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Augmentation;

[Collection(TorchTests.Name)]
public sealed class ViewMakerTests
{
    private const int Count = 200;

    private static readonly CropOptions NoCrop = new((1, 1), (1, 1), 0);
    private static readonly Jitter Jitter = new(0.8, 0.4, 0.4, 0.4, 0.1);
    private static readonly AugmentationOptions All = new(
        new CropOptions((0.2, 1), (0.75, 4.0 / 3), 0.5),
        [
            Jitter, new Grayscale(0.2), new Blur(0.5, (0.1, 2)), new Cutout(0.5, (0.2, 0.5), 0.5), new Rotate(0.5), new Flip(0.5),
            new Noise(0.5, (0.02, 0.1)), new Sobel(0.2), Jitter,
        ]);
    private static readonly RandomKey[] Keys = [.. Enumerable.Range(0, Count).Select(i => RandomKey.FromSeed(1).Fold("views").Fold(i))];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void View_does_not_depend_on_the_rest_of_the_batch(int channels)
    {
        using var scope = NewDisposeScope();
        var images = Images(8, channels);
        var together = ViewMaker.Make(images, All, Keys.AsSpan(0, 8));
        for (var i = 0; i < 8; i++)
        {
            Close.To(together.narrow(0, i, 1), ViewMaker.Make(images.narrow(0, i, 1), All, Keys.AsSpan(i, 1)), 1e-6);
        }

        var backwards = ViewMaker.Make(images.flip(0), All, Keys.Take(8).Reverse().ToArray());

        Close.To(together, backwards.flip(0), 1e-6);
    }

    [Fact]
    public void Two_views_of_an_image_differ_and_the_image_is_unchanged()
    {
        using var scope = NewDisposeScope();
        var images = Images(8, 1);
        var before = images.clone();
        var first = ViewMaker.Make(images, All, Keys.AsSpan(0, 8));
        var second = ViewMaker.Make(images, All, Keys.AsSpan(8, 8));

        Close.Exactly(before, images);
        Assert.All(Enumerable.Range(0, 8), i => Assert.True(first[i].sub(second[i]).abs().mean().ToSingle() > 0.01));
    }

    [Fact]
    public void Strong_augmentations_keep_values_in_0_to_1()
    {
        using var scope = NewDisposeScope();
        var views = ViewMaker.Make(Images(Count, 3), All with
        {
            Operations = [Jitter with { Probability = 1, Brightness = 1, Contrast = 1 }, new Blur(1, (0.1, 2)), new Noise(1, (0.5, 1))],
        }, Keys);
        Assert.InRange(views.min().ToSingle(), 0, 0.01f);
        Assert.InRange(views.max().ToSingle(), 0.99f, 1 + 1e-5f);
    }

    [Fact]
    public void About_half_of_the_views_are_mirrored()
    {
        using var scope = NewDisposeScope();
        var ramp = linspace(0, 1, 28).view(1, 1, 1, 28).expand(Count, 1, 28, 28).contiguous();
        var views = ViewMaker.Make(ramp, Only(NoCrop with { FlipProbability = 0.5 }), Keys);
        var mirrored = views.select(3, 0).mean([1, 2]).gt(0.5).to_type(ScalarType.Float32).mean().ToSingle();
        Assert.InRange(mirrored, 0.4f, 0.6f);
    }

    [Fact]
    public void Jitter_has_its_probability_and_uses_its_whole_range()
    {
        using var scope = NewDisposeScope();
        // Contrast does not change a constant image, so the factor of brightness can be measured.
        var gray = full([Count, 1, 28, 28], 0.5f);
        var factors = ViewMaker.Make(gray, Only(NoCrop, Jitter), Keys)
            .mean([1, 2, 3]).mul(2).data<float>().ToArray();

        Assert.InRange(factors.Count(factor => Math.Abs(factor - 1) < 1e-5), 0.1 * Count, 0.3 * Count);
        Assert.InRange(factors.Min(), 0.6f - 1e-5f, 0.65f);
        Assert.InRange(factors.Max(), 1.35f, 1.4f + 1e-5f);
    }

    [Fact]
    public void Contrast_is_scaled_around_the_mean()
    {
        using var scope = NewDisposeScope();
        var images = Images(Count, 1).mul(0.2).add(0.4);
        var views = ViewMaker.Make(images, Only(NoCrop, Jitter with { Probability = 1, Brightness = 0 }), Keys);

        Close.To(images.mean([2, 3]), views.mean([2, 3]), 1e-5);

        var factors = views.std([1, 2, 3]).div(images.std([1, 2, 3])).data<float>().ToArray();

        Assert.InRange(factors.Min(), 0.6f - 1e-4f, 0.65f);
        Assert.InRange(factors.Max(), 1.35f, 1.4f + 1e-4f);
    }

    [Fact]
    public void Blur_has_its_probability()
    {
        using var scope = NewDisposeScope();
        var images = Images(Count, 1);
        var views = ViewMaker.Make(images, Only(NoCrop, new Blur(0.5, (1, 2))), Keys);
        var share = views.std([1, 2, 3]).lt(images.std([1, 2, 3]).mul(0.8)).to_type(ScalarType.Float32).mean().ToSingle();
        Assert.InRange(share, 0.4f, 0.6f);
    }

    [Fact]
    public void Grayscale_has_its_probability()
    {
        using var scope = NewDisposeScope();
        var views = ViewMaker.Make(Images(Count, 3), Only(NoCrop, new Grayscale(0.2)), Keys);
        var gray = views.amax([1L]).sub(views.amin([1L])).amax([1L, 2L]).eq(0).to_type(ScalarType.Float32).mean().ToSingle();
        Assert.InRange(gray, 0.1f, 0.3f);
    }

    [Fact]
    public void Saturation_and_hue_use_their_whole_range()
    {
        using var scope = NewDisposeScope();
        var color = tensor(new[] { 0.9f, 0.5f, 0.1f }, [1, 3, 1, 1]).expand(Count, 3, 4, 4).contiguous();
        var options = Only(NoCrop, new Jitter(1, 0, 0, 0.5, 0.3));
        var views = ViewMaker.Make(color, options, Keys);
        // Brightness and contrast have factor 1, so only saturation and hue change the image, in both directions.
        var chroma = views.amax([1L]).sub(views.amin([1L])).mean([1L, 2L]).data<float>().ToArray();

        Assert.InRange(chroma.Min(), 0.4f - 1e-4f, 0.45f);
        Assert.True(chroma.Max() > 0.85f, "saturation never rose");
        Assert.InRange(views.select(1, 1).gt(views.select(1, 0)).to_type(ScalarType.Float32).mean().ToSingle(), 0.2f, 0.8f);
    }

    private static AugmentationOptions Only(CropOptions crop, params ViewOperation[] operations) => new(crop, operations);

    private static Tensor Images(int count, int channels) => Pattern.Uniform("images", count, channels, 28, 28).mul(0.5).add(0.5);
}
