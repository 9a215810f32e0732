using Distill.Imaging.Augmentation.Operations;
using Distill.Imaging.Augmentation.Operations.Pictures;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Augmentation.Operations;

/// <summary>Compares the operations of RandAugment with Pillow (make_pictures.py), and counts what is drawn.</summary>
[Collection(TorchTests.Name)]
public sealed class RandAugmentTests
{
    private static readonly RandomKey Key = RandomKey.FromSeed(6).Fold("rand-augment");

    // The order of make_pictures.py.
    private static readonly PictureOperation[] InOrder =
    [
        PictureOperation.AutoContrast, PictureOperation.Equalize, PictureOperation.Invert, PictureOperation.Posterize,
        PictureOperation.Solarize, PictureOperation.Color, PictureOperation.Contrast, PictureOperation.Brightness,
        PictureOperation.Sharpness, PictureOperation.Rotate, PictureOperation.ShearX, PictureOperation.ShearY,
        PictureOperation.TranslateX, PictureOperation.TranslateY,
    ];

    [Theory]
    [InlineData("noise")]
    [InlineData("dark")]
    [InlineData("gray")]
    public void Operations_give_the_bytes_of_Pillow(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("pictures");
        foreach (var operation in InOrder)
        {
            var expected = golden[$"{name} {operation}"];
            for (var level = 1; level <= 9; level++)
            {
                var picture = PictureOf(golden[name]);
                RandAugment.Apply(picture, operation, level, negative: level % 2 == 0, Key);
                Same(expected[level - 1], picture, $"{operation}, level {level}");
            }
        }
    }

    /// <summary>A picture of one channel changes as one of three equal channels does.</summary>
    [Fact]
    public void Gray_pictures_change_as_equal_channels_do()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("pictures");
        foreach (var operation in InOrder)
        {
            var picture = PictureOf(golden["gray"].narrow(0, 0, 1));
            RandAugment.Apply(picture, operation, 7, negative: false, Key);
            Same(golden[$"gray {operation}"][6][tensor(new long[] { 0, 3 })], picture, $"{operation}");
        }
    }

    [Fact]
    public void Empty_pixels_go_through_other_operations_as_in_Pillow()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("pictures");
        for (var i = 0; i < InOrder.Length; i++)
        {
            var picture = PictureOf(golden["noise"]);
            RandAugment.Apply(picture, PictureOperation.Rotate, 8, negative: true, Key);
            RandAugment.Apply(picture, InOrder[i], 6, negative: false, Key);
            Same(golden["after Rotate"][i], picture, $"{InOrder[i]} after Rotate");

            picture = PictureOf(golden["noise"]);
            picture.Cut(9, 30, 8);
            RandAugment.Apply(picture, InOrder[i], 6, negative: false, Key);
            Same(golden["after Cutout"][i], picture, $"{InOrder[i]} after Cutout");

            picture = PictureOf(golden["noise"]);
            RandAugment.Apply(picture, InOrder[i], 6, negative: false, Key);
            RandAugment.Apply(picture, PictureOperation.TranslateX, 4, negative: true, Key);
            Same(golden["before TranslateX"][i], picture, $"TranslateX after {InOrder[i]}");
        }
    }

    /// <summary>With no operation, all that is left of a white view is the square.</summary>
    [Fact]
    public void Square_is_cut_around_a_pixel_and_may_reach_outside()
    {
        using var scope = NewDisposeScope();
        const int Views = 600;
        var augment = new RandAugment(1, RandAugmentPolicy.FixMatch, 2, ProbabilityEach: 0, CutoutSize: 0.5, Fill: 0.25);

        var cut = augment.Apply(ones(Views, 1, 16, 16), Keys(Views));

        Assert.True(cut.eq(1).logical_or(cut.eq(0.25)).all().ToBoolean());
        // Eight rows, but four at the upper border and five at the lower one.
        var rows = cut.eq(0.25).any(3).sum([2L]).view(-1).data<long>().ToArray();
        Assert.Equal([4, 5, 6, 7, 8], rows.Distinct().Order());
        Assert.InRange(rows.Count(count => count == 8), 0.45 * Views, 0.68 * Views);
    }

    /// <summary>An operation that always changes the view is seen as often as the two draws of 14 apply it.</summary>
    [Fact]
    public void Operations_are_drawn_evenly_and_applied_half_of_the_time()
    {
        const int Views = 20_000;
        var policy = RandAugmentPolicy.FixMatch with
        {
            Operations = [PictureOperation.Invert, .. Enumerable.Repeat(PictureOperation.Identity, 13)],
        };
        var augment = new RandAugment(1, policy, 2, ProbabilityEach: 0.5, CutoutSize: 0, Fill: 0.5);
        var changed = 0;
        foreach (var key in Keys(Views))
        {
            float[] view = [1];
            augment.Change(new ViewSpan(view, 1, 1, 1), key);
            changed += view[0] == 0 ? 1 : 0;
        }

        // Once, not twice: 2 · 1/28 · 27/28, with a standard deviation of 0.0018.
        Assert.InRange(changed / (double)Views, 0.0689 - 0.008, 0.0689 + 0.008);
    }

    [Fact]
    public void View_is_changed_with_its_probability_and_otherwise_keeps_its_bits()
    {
        using var scope = NewDisposeScope();
        var images = Pattern.Uniform("kept", 400, 3, 8, 8).mul(0.5).add(0.5);

        var changed = new RandAugment(0.3, RandAugmentPolicy.Uda, 2, 1, 0.5, 0.5).Apply(images, Keys(400));

        var kept = changed.eq(images).flatten(1).all(1).to_type(ScalarType.Float32).mean().ToSingle();
        Assert.InRange(kept, 0.6f, 0.8f);
    }

    [Fact]
    public void Policies_are_those_of_the_authors()
    {
        Assert.Equal(14, RandAugmentPolicy.FixMatch.Operations.Distinct().Count());
        Assert.Equal(15, RandAugmentPolicy.Uda.Operations.Distinct().Count());
        Assert.Equal(
            [PictureOperation.Identity], RandAugmentPolicy.FixMatch.Operations.Except(RandAugmentPolicy.Uda.Operations));
        Assert.Equal(
            [PictureOperation.Invert, PictureOperation.Cutout],
            RandAugmentPolicy.Uda.Operations.Except(RandAugmentPolicy.FixMatch.Operations));
    }

    private static RandomKey[] Keys(int count) => [.. Enumerable.Range(0, count).Select(i => Key.Fold(i))];

    private static Picture PictureOf(Tensor bytes_CHW)
    {
        float[] values = [.. bytes_CHW.contiguous().data<byte>().ToArray().Select(value => value / 255f)];
        return new Picture(values, (int)bytes_CHW.shape[0], (int)bytes_CHW.shape[1], (int)bytes_CHW.shape[2]);
    }

    /// <summary>Compares bytes and places of empty pixels. The last channel expected is alpha.</summary>
    private static void Same(Tensor expected_CHW, Picture picture, string what)
    {
        var expected = expected_CHW.contiguous().data<byte>().ToArray();
        Assert.True(expected.AsSpan(0, picture.Values.Length).SequenceEqual(picture.Values), $"{what}: other bytes");
        Assert.True(expected[picture.Values.Length..].Select(alpha => alpha == 0).SequenceEqual(picture.Empty), $"{what}: other alpha");
    }
}
