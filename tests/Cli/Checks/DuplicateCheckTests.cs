using SkiaSharp;
using Tests.Datasets.Folders;

namespace Tests.Cli.Checks;

/// <summary>Pictures that occur more than once.</summary>
public sealed class DuplicateCheckTests : IDisposable
{
    private readonly CheckedFolder _folder = new();

    [Fact]
    public void A_copy_in_a_class_is_found()
    {
        _folder.Copy("train/fox/00.png", "train/fox/again.png");

        Assert.Equal(
            "train: 1 picture more than once among the training images (train/fox/00.png = train/fox/again.png)",
            Assert.Single(_folder.Check().Warnings));
    }

    [Fact]
    public void A_copy_in_another_class_is_found()
    {
        _folder.Copy("train/dog/00.png", "train/cat/dog.png");

        Assert.Equal(
            "train: 1 picture in two classes, so one of them is wrong (train/cat/dog.png = train/dog/00.png)",
            Assert.Single(_folder.Check().Warnings));
    }

    [Fact]
    public void Test_images_that_are_training_images_are_found_with_and_without_a_class()
    {
        _folder.Copy("train/cat/00.png", "test/cat/copy.png");
        _folder.Copy("test/dog/00.png", "unlabeled/copy.png");

        Assert.Equal(
            "test: 2 pictures among both the training and the test images, so the accuracy will be too high "
                + "(train/cat/00.png = test/cat/copy.png, unlabeled/copy.png = test/dog/00.png)",
            Assert.Single(_folder.Check().Warnings));
    }

    [Fact]
    public void A_test_image_with_another_class_than_its_training_image_is_both()
    {
        _folder.Copy("train/cat/00.png", "test/dog/copy.png");

        Assert.Collection(
            _folder.Check().Warnings,
            warning => Assert.Contains("1 picture in two classes", warning, StringComparison.Ordinal),
            warning => Assert.Contains("among both the training and the test images", warning, StringComparison.Ordinal));
    }

    [Fact]
    public void An_unlabeled_copy_of_a_labeled_image_is_found()
    {
        _folder.Copy("train/cat/00.png", "unlabeled/copy.png");

        Assert.Equal(
            "train: 1 picture among the training images both with and without a class (train/cat/00.png = unlabeled/copy.png)",
            Assert.Single(_folder.Check().Warnings));
    }

    [Fact]
    public void A_copy_within_the_test_split_is_found()
    {
        _folder.Copy("test/cat/00.png", "test/cat/copy.png");

        Assert.StartsWith(
            "test: 1 picture more than once among the test images",
            Assert.Single(_folder.Check().Warnings),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_pixels_in_another_format_are_the_same_picture()
    {
        using var bitmap = SKBitmap.Decode(_folder["train/cat/00.png"]);
        using var webp = bitmap.PeekPixels()!.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100));
        _folder.Write("test/cat/copy.webp", webp!.ToArray());

        Assert.Contains("train/cat/00.png = test/cat/copy.webp", Assert.Single(_folder.Check().Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_copies_are_counted_by_picture_and_three_are_named()
    {
        foreach (var number in Enumerable.Range(0, 5))
        {
            _folder.Copy($"train/cat/0{number}.png", $"test/cat/copy{number}.png");
            _folder.Copy($"train/cat/0{number}.png", $"test/cat/second{number}.png");
        }

        var warnings = _folder.Check().Warnings.ToList();

        Assert.Contains(warnings, warning => warning.StartsWith("test: 5 pictures among both", StringComparison.Ordinal)
            && warning.EndsWith(" and 2 more)", StringComparison.Ordinal));
        Assert.Contains(warnings, warning => warning.StartsWith("test: 5 pictures more than once", StringComparison.Ordinal));
        Assert.Equal(2, warnings.Count);
    }

    [Fact]
    public void Images_of_one_color_are_not_taken_for_copies()
    {
        _folder.Write("train/cat/00.png", Pictures.OneColor(SKColors.Red, 20, 16));
        _folder.Write("train/dog/00.png", Pictures.OneColor(SKColors.Red, 20, 16));

        Assert.StartsWith("train: 2 of 102 images: one color", Assert.Single(_folder.Check().Warnings), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
