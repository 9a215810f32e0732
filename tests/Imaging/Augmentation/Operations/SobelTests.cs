using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging.Augmentation.Operations;

[Collection(TorchTests.Name)]
public sealed class SobelTests
{
    private static readonly RandomKey[] Keys = [.. Enumerable.Range(0, 5).Select(i => RandomKey.FromSeed(4).Fold(i))];

    [Fact]
    public void Magnitude_matches_a_convolution_in_torch()
    {
        using var scope = NewDisposeScope();
        var images = Pattern.Uniform("images", 5, 3, 12, 10).mul(0.5).add(0.5);
        Close.To(GoldenFile.Read("augmentation")["sobel3"], new Sobel(1).Apply(images, Keys), 1e-5);
    }

    [Fact]
    public void Step_from_black_to_white_gives_1_and_a_constant_image_0()
    {
        using var scope = NewDisposeScope();
        var step = cat([zeros(1, 1, 6, 3), ones(1, 1, 6, 3)], 3);
        var expected = tensor(new[] { 0f, 0, 1, 1, 0, 0 }, [1, 1, 1, 6]).expand(1, 1, 6, 6);
        Close.To(expected, new Sobel(1).Apply(step, Keys.AsSpan(0, 1)), 1e-6);
        Close.Exactly(zeros(5, 3, 6, 6), new Sobel(1).Apply(full([5, 3, 6, 6], 0.7f), Keys));
    }
}
