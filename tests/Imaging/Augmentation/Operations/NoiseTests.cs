using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Augmentation.Operations;

[Collection(TorchTests.Name)]
public sealed class NoiseTests
{
    private const int Count = 64;

    private static readonly RandomKey[] Keys = [.. Enumerable.Range(0, Count).Select(i => RandomKey.FromSeed(6).Fold("noise").Fold(i))];

    [Fact]
    public void Noise_has_mean_0_and_the_drawn_deviation()
    {
        using var scope = NewDisposeScope();
        var noise = new Noise(1, (0.05, 0.1)).Apply(Gray(3), Keys).sub(0.5);

        Assert.Equal(0, noise.mean().ToSingle(), 0.001);

        var deviations = noise.std([1, 2, 3]).data<float>().ToArray();

        Assert.InRange(deviations.Min(), 0.048f, 0.056f);
        Assert.InRange(deviations.Max(), 0.094f, 0.103f);
    }

    [Fact]
    public void Noise_is_independent_across_channels_pixels_and_views()
    {
        using var scope = NewDisposeScope();
        var noise = new Noise(1, (0.1, 0.1)).Apply(Gray(3), Keys).sub(0.5).div(0.1);
        foreach (var (one, other) in new[]
        {
            (noise.select(1, 0), noise.select(1, 1)),
            (noise.narrow(3, 0, 27), noise.narrow(3, 1, 27)),
            (noise.narrow(0, 0, 63), noise.narrow(0, 1, 63)),
        })
        {
            Assert.Equal(0, one.mul(other).mean().ToSingle(), 0.02);
        }
    }

    [Fact]
    public void View_has_the_same_noise_in_any_batch()
    {
        using var scope = NewDisposeScope();
        var noise = new Noise(1, (0.05, 0.1));
        var together = noise.Apply(Gray(1), Keys);
        Close.Exactly(together, noise.Apply(Gray(1), Keys));
        for (var i = 0; i < Count; i += 9)
        {
            Close.To(together.narrow(0, i, 1), noise.Apply(Gray(1).narrow(0, i, 1), Keys.AsSpan(i, 1)), 1e-6);
        }
    }

    [Fact]
    public void Noise_has_its_probability_and_is_clipped()
    {
        using var scope = NewDisposeScope();
        var noisy = new Noise(0.5, (0.5, 1)).Apply(Gray(1), Keys);
        Assert.InRange(noisy.sub(0.5).abs().amax([1L, 2L, 3L]).gt(0).sum().ToInt64(), Count * 3 / 10, Count * 7 / 10);
        Assert.Equal((0, 1), (noisy.min().ToSingle(), noisy.max().ToSingle()));
    }

    private static Tensor Gray(int channels) => full([Count, channels, 28, 28], 0.5f);
}
