using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Augmentation.Operations;

[Collection(TorchTests.Name)]
public sealed class FlipTests
{
    [Fact]
    public void Images_are_mirrored_with_the_configured_probability()
    {
        using var scope = NewDisposeScope();
        var keys = Enumerable.Range(0, 200).Select(i => RandomKey.FromSeed(8).Fold("flips").Fold(i)).ToArray();
        var images = Pattern.Uniform("images", 200, 1, 6, 5).mul(0.5).add(0.5);

        Close.Exactly(images.flip(3), new Flip(1).Apply(images, keys));

        var still = new Flip(0.3).Apply(images, keys).sub(images).abs().amax([1L, 2L, 3L]).eq(0).sum().ToInt64();

        Assert.InRange(still, 120, 160);
    }
}
