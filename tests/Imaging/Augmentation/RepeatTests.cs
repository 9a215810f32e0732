using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging.Augmentation;

[Collection(TorchTests.Name)]
public sealed class RepeatTests
{
    [Fact]
    public void Views_do_not_depend_on_the_alignment_of_arrays()
    {
        using var scope = NewDisposeScope();
        var keys = Enumerable.Range(0, 37).Select(i => RandomKey.FromSeed(1).Fold(i)).ToArray();
        var options = new AugmentationOptions(
            new CropOptions((0.2, 1), (0.75, 4.0 / 3), 0.5),
            [new Jitter(0.8, 0.4, 0.4, 0.4, 0.1), new Grayscale(0.2), new Blur(0.5, (0.1, 2)), new Noise(0.5, (0.02, 0.1))]);
        var images = Pattern.Uniform("images", 37, 1, 28, 28).mul(0.5).add(0.5);
        var first = ViewMaker.Make(images, options, keys);
        var fillers = new List<byte[]>();
        for (var i = 0; i < 40; i++)
        {
            fillers.Add(new byte[8 * (i % 9) + 1]);
            using var repeat = NewDisposeScope();
            Close.Exactly(first, ViewMaker.Make(images, options, keys));
        }

        Assert.Equal(40, fillers.Count);
    }
}
