using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Imaging.Loading;
using Distill.Pipeline.Options;
using SkiaSharp;
using Tests.Learning;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Datasets.Folders;

[Collection(TorchTests.Name)]
public sealed class FolderDatasetTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _log = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Images_are_in_ordinal_order()
    {
        string[] names = ["train/dog/b.png", "train/Cat/2.png", "train/dog/B.png", "train/Cat/10.webp", "unlabeled/deep/er/x.jpg"];
        foreach (var name in names)
        {
            Write(name, Pictures.OneColor(SKColors.Red, 4, 4, Path.GetExtension(name) switch
            {
                ".webp" => SKEncodedImageFormat.Webp,
                ".jpg" => SKEncodedImageFormat.Jpeg,
                _ => SKEncodedImageFormat.Png,
            }));
        }

        _folder.Write("train/dog/notes.txt", "not an image");
        var train = Open().Train();

        Assert.Equal(["Cat", "dog"], train.ClassNames);
        Assert.Equal([0, 0, 1, 1, ImageSet.Unlabeled], train.Labels);
        Assert.Equal(
            ["train/Cat/10.webp", "train/Cat/2.png", "train/dog/B.png", "train/dog/b.png", "unlabeled/deep/er/x.jpg"],
            Enumerable.Range(0, train.Count).Select(train.ImageName));
    }

    [Fact]
    public void Color_becomes_planes_and_gray_becomes_luma()
    {
        Write("train/a/1.png", Pictures.OneColor(new SKColor(200, 100, 50), 4, 4));
        Assert.Equal([200, 200, 200, 200, 100, 100, 100, 100, 50, 50, 50, 50], Evaluated(Open(size: 2)));
        Assert.Equal([124, 124, 124, 124], Evaluated(Open(size: 2, channels: 1)));
    }

    [Fact]
    public void Transparent_pixels_are_white()
    {
        Write("train/a/1.png", Pictures.OneColor(new SKColor(200, 100, 50, alpha: 0), 4, 4));
        Assert.All(Evaluated(Open()), value => Assert.Equal(255, value));
    }

    [Fact]
    public void Evaluation_uses_the_centered_square()
    {
        Write("train/a/1.png", Pictures.LeftBlackRightWhite(40, 20));
        var pixels = Evaluated(Open(size: 20, channels: 1, centerCrop: 1));
        Assert.Equal([.. new byte[10], .. Enumerable.Repeat((byte)255, 10)], pixels[..20]);
    }

    [Theory]
    [InlineData(1, 0, 255, 0, 255)]
    [InlineData(2, 255, 0, 255, 0)]
    [InlineData(3, 255, 0, 255, 0)]
    [InlineData(4, 0, 255, 0, 255)]
    [InlineData(5, 0, 0, 255, 255)]
    [InlineData(6, 0, 0, 255, 255)]
    [InlineData(7, 255, 255, 0, 0)]
    [InlineData(8, 255, 255, 0, 0)]
    public void Images_are_made_upright_by_EXIF_orientation(
        byte orientation, int topLeft, int topRight, int bottomLeft, int bottomRight)
    {
        var jpeg = Pictures.LeftBlackRightWhite(32, 32, SKEncodedImageFormat.Jpeg);
        Write("train/a/1.jpg", Pictures.WithOrientation(jpeg, orientation));
        var pixels = Open(channels: 1).Train().Pixels.Decode(0).Pixels;
        var corners = new[] { 0, 31, 31 * 32, 32 * 32 - 1 }.Select(at => (int)pixels[at]);

        Assert.Equal([topLeft, topRight, bottomLeft, bottomRight], corners);
    }

    [Fact]
    public void Unusable_images_are_named_counted_and_skipped()
    {
        var good = Pictures.LeftBlackRightWhite(64, 64, SKEncodedImageFormat.Jpeg);
        Write("train/a/1-empty.png", []);
        Write("train/a/2-text.png", "no image"u8.ToArray());
        Write("train/a/3-cut.jpg", good[..^30]);
        Write("train/a/4-good.jpg", good);
        Write("train/a/5-huge.jpg", Pictures.Claiming(good, 20_000, 20_000));
        Write("train/a/6-cut.png", Pictures.LeftBlackRightWhite(64, 64)[..^30]);

        var train = Open(size: 8, channels: 1).Train();
        Assert.Equal("train/a/4-good.jpg", Assert.Single(Enumerable.Range(0, train.Count).Select(train.ImageName)));
        Assert.Equal(255, train.Pixels.Decode(0).Pixels[63]);
        Assert.Equal(
            [
                $"Skipped 2 files of {_folder.Path}: cut short (train/a/3-cut.jpg, train/a/6-cut.png)",
                $"Skipped 1 file of {_folder.Path}: larger than 100 megapixels (train/a/5-huge.jpg)",
                $"Skipped 1 file of {_folder.Path}: not an image of a known format (train/a/2-text.png)",
                $"Skipped 1 file of {_folder.Path}: zero bytes long (train/a/1-empty.png)",
                $"Read 1 images of {_folder.Path}, skipped 5",
            ],
            _log);
    }

    [Fact]
    public void A_dataset_without_usable_images_is_refused()
    {
        Write("train/a/1.png", []);
        Assert.Contains("None of the 1 images", Assert.Throws<UserException>(Open().Train).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_message_for_an_empty_folder_explains_the_layout() =>
        Assert.Contains("train/CLASS/", Assert.Throws<UserException>(() => Open()).Message, StringComparison.Ordinal);

    [Fact]
    public void The_message_for_missing_test_images_explains_where_to_put_them()
    {
        Write("train/a/1.png", Pictures.OneColor(SKColors.Red, 4, 4));
        var dataset = Open();

        Assert.Contains("test/CLASS/", Assert.Throws<UserException>(dataset.Test).Message, StringComparison.Ordinal);
        Assert.Throws<UserException>(() => dataset.TestFingerprint());
    }

    [Fact]
    public void Test_images_have_the_class_numbers_of_training()
    {
        Write("train/a/1.png", Pictures.OneColor(SKColors.Red, 4, 4));
        Write("train/b/1.png", Pictures.OneColor(SKColors.Red, 4, 4));
        Write("test/b/1.png", Pictures.OneColor(SKColors.Red, 4, 4));

        Assert.Equal([1], Open().Test().Labels);

        Write("test/c/1.png", Pictures.OneColor(SKColors.Red, 4, 4));
        Assert.EndsWith("not in " + _folder["train"] + ": c", Assert.Throws<UserException>(Open().Test).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_fingerprint_covers_names_and_contents_of_its_split_only()
    {
        Write("train/a/1.png", Pictures.OneColor(SKColors.Red, 4, 4));
        var first = Open().TrainFingerprint();
        Write("test/a/1.png", Pictures.OneColor(SKColors.Red, 4, 4));

        Assert.Equal(first, Open().TrainFingerprint());

        File.Move(_folder["train/a/1.png"], _folder["train/a/2.png"]);
        Assert.NotEqual(first, Open().TrainFingerprint());
    }

    /// <summary>What nothing reads is named, but not what the program itself keeps there.</summary>
    [Fact]
    public void Images_beside_the_splits_are_reported()
    {
        Write("train/a/1.png", Pictures.OneColor(SKColors.Red, 4, 4));
        Write("test/a/1.png", Pictures.OneColor(SKColors.Blue, 4, 4));
        Write("val/a/1.png", Pictures.OneColor(SKColors.Green, 4, 4));
        Write(".hidden/1.png", Pictures.OneColor(SKColors.Green, 4, 4));
        _folder.Write("soft-targets/distill/part-00000.parquet", "");

        Assert.Equal(
            [("val/", "a folder of images that belongs to no split; set dataset.train, dataset.unlabeled or dataset.test")],
            Open().Report(Split.Train)!.Refused);
        Assert.Empty(Open().Report(Split.Test)!.Refused);
    }

    private IDataset Open(int size = 4, int channels = 3, double centerCrop = 0.875) => DatasetCatalog.Open(
        new DatasetOptions(DatasetKind.Folder, _folder.Path, size, channels) { CenterCrop = centerCrop }, _log.Add, _folder["index"]);

    /// <summary>Returns the first training image as an evaluation sees it, uint8.</summary>
    private static byte[] Evaluated(IDataset dataset)
    {
        using var scope = NewDisposeScope();
        using var bank = ImageBank.Open(dataset.Train(), CPU);
        return bank.Take([0]).mul(255).round().to_type(ScalarType.Byte).data<byte>().ToArray();
    }

    private void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllBytes(_folder[name], content);
    }
}
