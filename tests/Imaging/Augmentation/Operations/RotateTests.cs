using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Augmentation.Operations;

[Collection(TorchTests.Name)]
public sealed class RotateTests
{
    private const int Count = 300;

    private static readonly RandomKey[] Keys = [.. Enumerable.Range(0, Count).Select(i => RandomKey.FromSeed(3).Fold("turns").Fold(i))];

    [Fact]
    public void Rotations_match_torch_and_are_equally_likely()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("augmentation");
        var image = Pattern.Uniform("square", 4, 3, 9, 9).mul(0.5).add(0.5).narrow(0, 0, 1);
        var turned = new Rotate(1).Apply(image.expand(Count, 3, 9, 9), Keys);
        var counts = Enumerable.Range(1, 3).Select(k => CountOf(turned, golden[$"turned{k}"].narrow(0, 0, 1))).ToArray();

        Assert.Equal(Count, counts.Sum());
        Assert.All(counts, count => Assert.InRange(count, Count / 4, Count * 5 / 12));
    }

    [Fact]
    public void Rotation_has_its_probability()
    {
        using var scope = NewDisposeScope();
        var image = Pattern.Uniform("square", 1, 1, 9, 9).mul(0.5).add(0.5);
        Assert.InRange(CountOf(new Rotate(0.25).Apply(image.expand(Count, 1, 9, 9), Keys), image), Count * 2 / 3, Count * 5 / 6);
    }

    [Fact]
    public void Image_that_is_not_square_is_rotated_by_180_degrees()
    {
        using var scope = NewDisposeScope();
        var images = Pattern.Uniform("images", 5, 3, 12, 10).mul(0.5).add(0.5);
        Close.Exactly(images.flip(2, 3), new Rotate(1).Apply(images, Keys.AsSpan(0, 5)));
    }

    private static int CountOf(Tensor images_NCHW, Tensor image_1CHW) =>
        (int)images_NCHW.sub(image_1CHW).abs().amax([1L, 2L, 3L]).lt(1e-5).sum().ToInt64();
}
