using SkiaSharp;
using Tests.Datasets.Folders;

namespace Tests.Cli.Checks;

/// <summary>What the checks find in the pixels of the images.</summary>
public sealed class ContentCheckTests : IDisposable
{
    private const string Tiny = "a shorter side of at most half of imageSize, 16, so they are enlarged";

    private readonly CheckedFolder _folder = new();

    [Fact]
    public void Training_images_that_are_all_alike_are_an_error()
    {
        var picture = _folder.NewPicture();
        _folder.Replace("train", _ => picture);

        Assert.Equal(
            "train: all 102 images are the same picture, so there is nothing to learn from them", Assert.Single(_folder.Check().Errors));
    }

    [Fact]
    public void Black_images_are_an_error_in_whatever_size()
    {
        _folder.Replace("train", number => Pictures.OneColor(SKColors.Black, 16 + number % 5, 16));
        _folder.Replace("test", number => Pictures.OneColor(SKColors.Black, 16, 16 + number));

        var check = _folder.Check();

        Assert.Equal(
            "train: all 102 images are of one and the same color, so there is nothing to learn from them", Assert.Single(check.Errors));
        Assert.Equal("test: all 6 images are of one and the same color, so they measure nothing", Assert.Single(check.Warnings));
    }

    [Fact]
    public void Images_of_one_color_are_counted_and_three_are_named()
    {
        foreach (var number in Enumerable.Range(0, 5))
        {
            _folder.Write($"train/dog/0{number}.png", Pictures.OneColor(new SKColor((byte)(10 * number), 90, 200), 16, 20));
        }

        Assert.Equal(
            "train: 5 of 102 images: one color and no content (train/dog/00.png, train/dog/01.png, train/dog/02.png and 2 more)",
            Assert.Single(_folder.Check().Warnings));
    }

    [Fact]
    public void A_set_of_images_that_are_almost_black_is_odd()
    {
        _folder.Replace("train", number => Noise.Picture(1000 + number, 20, 16, low: 0, high: 15));

        Assert.StartsWith(
            "train: all values are 0 to 15 of 0 to 255, ", Assert.Single(_folder.Check().Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_without_contrast_is_odd()
    {
        _folder.Write("train/cat/00.png", Noise.Picture(1, 20, 16, low: 100, high: 106));

        Assert.StartsWith("train: 1 of 102 images: almost one color", Assert.Single(_folder.Check().Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Gray_images_among_color_images_are_found_in_gray_and_in_color_files()
    {
        _folder.Write("train/cat/00.png", Noise.Picture(1, 20, 16, 0, 255, gray: true));

        Assert.Equal(
            "train: 1 of 102 images: gray, in a set of color images (train/cat/00.png)", Assert.Single(_folder.Check().Warnings));
    }

    [Fact]
    public void Color_images_in_a_gray_set_and_a_gray_set_in_color_are_found()
    {
        var dataset = $$"""{ "dataset": { "kind": "folder", "folder": "{{_folder.Temporary["set"]}}", "imageSize": 16, "channels": 1 } }""";
        Assert.Collection(
            _folder.Check(dataset).Warnings,
            train => Assert.StartsWith("train: 102 of 102 images: colors, which dataset.channels 1 drops", train, StringComparison.Ordinal),
            test => Assert.StartsWith("test: 6 of 6 images: colors, which dataset.channels 1 drops", test, StringComparison.Ordinal));

        _folder.Replace("train", number => Noise.Picture(1000 + number, 20, 16, 0, 255, gray: true));
        _folder.Replace("test", number => Noise.Picture(2000 + number, 20, 16, 0, 255, gray: true));

        Assert.Empty(_folder.Check(dataset).Findings);
        Assert.Collection(
            _folder.Check().Warnings,
            train => Assert.Equal("train: all images are gray; dataset.channels 1 is enough", train),
            test => Assert.Equal("test: all images are gray; dataset.channels 1 is enough", test));
    }

    [Fact]
    public void Tiny_images_are_found_with_their_size()
    {
        _folder.Write("train/cat/00.png", _folder.NewPicture(30, 8));
        _folder.Write("train/cat/01.png", _folder.NewPicture(9, 30));
        _folder.Write("test/cat/00.png", _folder.NewPicture(2, 3));

        Assert.Equal(
            [
                $"train: 1 of 102 images: {Tiny} (train/cat/00.png: 8 pixels)",
                $"test: 1 of 6 images: {Tiny} (test/cat/00.png: 2 pixels)",
            ],
            _folder.Check().Warnings);
    }

    public void Dispose() => _folder.Dispose();
}
