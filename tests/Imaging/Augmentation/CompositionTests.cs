using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Augmentation;

/// <summary>Tests lists of operations: their order, repeated operations, and operations with probability 0.</summary>
[Collection(TorchTests.Name)]
public sealed class CompositionTests
{
    private const int Count = 20;

    private static readonly RandomKey[] Keys = [.. Enumerable.Range(0, Count).Select(i => RandomKey.FromSeed(2).Fold("list").Fold(i))];
    private static readonly Jitter Jitter = new(1, 0.8, 0.8, 0, 0);
    private static readonly Blur Blur = new(1, (1, 2));

    [Fact]
    public void Operations_run_in_the_order_of_the_list()
    {
        using var scope = NewDisposeScope();
        Close.Exactly(Blur.Apply(Jitter.Apply(Images(), Keys), Keys), Change(Jitter, Blur));
        Close.Exactly(Jitter.Apply(Blur.Apply(Images(), Keys), Keys), Change(Blur, Jitter));
        Assert.True(Change(Jitter, Blur).sub(Change(Blur, Jitter)).abs().max().ToSingle() > 0.01);
    }

    [Fact]
    public void Repeated_operation_makes_new_draws()
    {
        using var scope = NewDisposeScope();
        var flip = new Flip(0.5);
        var once = Change(flip);
        var twice = Change(flip, flip);
        // If the second repeated the draws of the first, it would restore every image.
        var restored = Enumerable.Range(0, Count).Count(i => Same(twice[i], Images()[i]));

        Assert.InRange(restored, 3, Count - 3);
        Assert.Contains(Enumerable.Range(0, Count), i => !Same(twice[i], once[i]));
        Assert.False(Same(Change(flip, flip, flip), once), "the third occurrence repeated the second");
    }

    [Fact]
    public void Draws_of_an_operation_do_not_depend_on_its_position()
    {
        using var scope = NewDisposeScope();
        var before = Change(new Flip(0.5));
        Close.Exactly(before, Change(new Rotate(0), new Cutout(0, (0.5, 0.5), 0), new Flip(0.5), new Noise(0, (1, 1))));
    }

    [Fact]
    public void Operations_with_probability_0_change_no_bit()
    {
        using var scope = NewDisposeScope();
        ViewOperation[] never =
        [
            Jitter with { Probability = 0 }, new Grayscale(0), Blur with { Probability = 0 }, new Flip(0), new Rotate(0),
            new Cutout(0, (0.5, 0.5), 0), new Noise(0, (1, 1)), new Sobel(0),
        ];
        Close.Exactly(Images(), Change(never));
    }

    [Fact]
    public void Without_a_crop_the_whole_image_is_used()
    {
        using var scope = NewDisposeScope();
        var whole = new AugmentationOptions(null, []);
        Close.Exactly(Images(), ViewMaker.Make(Images(), whole, Keys));
        Assert.Equal([Count, 3, 10, 10], ViewMaker.Make(Images(), whole, Keys, 10).shape);
    }

    [Fact]
    public void View_is_the_crop_followed_by_the_operations()
    {
        using var scope = NewDisposeScope();
        var options = new AugmentationOptions(new CropOptions((0.2, 1), (0.75, 4.0 / 3), 0.5), [Jitter, Blur]);
        var crops = Keys.Select(key => CropSampler.Draw(key, options.Crop!, 16, 16)).ToArray();
        Close.Exactly(ViewMaker.Change(CropRenderer.Render(Images(), crops), options, Keys), ViewMaker.Make(Images(), options, Keys));
    }

    private static Tensor Change(params ViewOperation[] operations) => ViewMaker.Change(
        Images(), new AugmentationOptions(null, operations), Keys);

    private static bool Same(Tensor one, Tensor other) => one.sub(other).abs().max().ToSingle() == 0;

    private static Tensor Images() => Pattern.Uniform("images", Count, 3, 16, 16).mul(0.5).add(0.5);
}
