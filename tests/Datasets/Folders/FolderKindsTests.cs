using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using SkiaSharp;
using Tests.Pipeline;

namespace Tests.Datasets.Folders;

/// <summary>Layouts of image folders: class folders, one folder with a label file, configured folders.</summary>
public sealed class FolderKindsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_label_file_gives_classes_to_training_and_test_images()
    {
        Write("photos/1.png", "photos/2.png", "photos/3.png", "test-photos/7.png", "test-photos/8.png");
        var labels = _folder.Write("labels.tsv", "# image\tclass\n1.png\tdog\nphotos/3.png\tcat\n7.png\tcat\n8.png\tdog\n");
        var dataset = Open(options => options with { Train = "photos", Test = "test-photos", Labels = labels });
        var (train, test) = (dataset.Train(), dataset.Test());

        Assert.Equal(["cat", "dog"], train.ClassNames);
        Assert.Equal([1, ImageSet.Unlabeled, 0], train.Labels);
        Assert.Equal([0, 1], test.Labels);
        Assert.Equal(1, dataset.Report(Split.Train)!.Unlabeled);
    }

    [Theory]
    [InlineData("4.png\tdog", "line 2: no image is named \"4.png\"")]
    [InlineData("1.png\tcat", "line 2: \"1.png\" already has the class \"dog\" from an earlier line")]
    [InlineData("1.png dog", "line 2: expected an image name, a tab and a class name")]
    [InlineData("2.png\tdog", "line 2: several images are named \"2.png\"; give the path")]
    public void A_wrong_line_of_a_label_file_is_refused_with_its_number(string line, string problem)
    {
        Write("train/1.png", "train/2.png", "test/2.png");
        var labels = _folder.Write("labels.tsv", $"1.png\tdog\n{line}\n");
        var error = Assert.Throws<UserException>(() => Open(options => options with { Labels = labels }).Train());

        Assert.EndsWith(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Test_images_without_a_class_are_skipped_and_counted()
    {
        Write("train/cat/1.png", "train/dog/1.png", "test/cat/1.png", "test/2.png", "test/3.png");
        var dataset = Open();

        Assert.Equal([0], dataset.Test().Labels);

        var report = dataset.Report(Split.Test)!;
        Assert.Equal((1, 0), (report.Used, report.Unlabeled));
        Assert.Equal([("a test image without a class", 2)], report.Reasons);

        File.Delete(_folder["test/cat/1.png"]);
        var error = Assert.Throws<UserException>(() => Open().Test());

        Assert.Contains("None of the 2 test images", error.Message, StringComparison.Ordinal);
        Assert.Contains("2: a test image without a class (test/2.png, test/3.png)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unsupported_formats_are_reported_and_not_in_the_fingerprint()
    {
        Write("train/cat/1.png", "unlabeled/2.png");
        var before = Open().TrainFingerprint();
        _folder.Write("train/cat/phone.HEIC", "…");
        _folder.Write("unlabeled/scan.tif", "…");
        _folder.Write("unlabeled/notes.txt", "…");
        var dataset = Open();

        Assert.Equal(before, dataset.TrainFingerprint());
        Assert.Equal(
            [
                ("train/cat/phone.HEIC", "not a supported format (.heic)"),
                ("unlabeled/notes.txt", "not an image, with the extension .txt"),
                ("unlabeled/scan.tif", "not a supported format (.tif)"),
            ],
            dataset.Report(Split.Train)!.Refused);
        Assert.Equal(2, dataset.Train().Count);
    }

    [Fact]
    public void Hidden_files_and_folders_are_skipped_and_counted()
    {
        Write("train/cat/1.png", "train/.checkpoints/1.png", "train/cat/._1.png", "train/cat/.small/1.png");
        var dataset = Open();
        var train = dataset.Train();

        Assert.Equal(["cat"], train.ClassNames);
        Assert.Equal(1, train.Count);
        Assert.Equal([("hidden", 3)], dataset.Report(Split.Train)!.Reasons);
    }

    [Fact]
    public void Files_are_decoded_by_content_and_not_by_extension()
    {
        Write("train/cat/1.jfif", "train/cat/2.JPG");
        File.Move(_folder["train/cat/1.jfif"], _folder["train/cat/1.png"]);
        Write("train/cat/1.jfif");

        Assert.Equal(3, Open().Train().Count);
    }

    [Theory]
    [InlineData(".jpe")]
    [InlineData(".jfif")]
    public void Rare_extensions_of_jpeg_are_read(string extension)
    {
        Write("train/cat/photo" + extension);

        Assert.Equal("train/cat/photo" + extension, Open().Train().ImageName(0));
    }

    [Fact]
    public void The_old_spelling_of_the_unlabeled_folder_is_refused()
    {
        Write("train/cat/1.png", "unlabelled/2.png");

        var error = Assert.Throws<UserException>(() => Open());
        Assert.Equal($"{_folder["unlabelled"]}: this folder has an old name; rename it to unlabeled", error.Message);

        Assert.Equal(2, Open(options => options with { Unlabeled = "unlabelled" }).Train().Count);

        Write("unlabeled/3.png");
        Assert.Equal(2, Open().Train().Count);
    }

    [Fact]
    public void Configured_folders_replace_the_usual_ones()
    {
        Write("labeled/cat/1.png", "labeled/dog/1.png", "pool/x/2.png", "val/dog/3.png");
        var dataset = Open(options => options with { Train = "labeled", Unlabeled = _folder["pool"], Test = "val" });

        Assert.Equal([0, 1, ImageSet.Unlabeled], dataset.Train().Labels);
        Assert.Equal([1], dataset.Test().Labels);
    }

    [Theory]
    [InlineData(".", null, "test")]
    [InlineData("train", "train/pool", "test")]
    [InlineData("train", null, "train")]
    public void Folders_that_overlap_are_refused(string train, string? unlabeled, string test)
    {
        Write("train/cat/1.png", "train/pool/1.png", "test/cat/1.png");
        var error = Assert.Throws<UserException>(
            () => Open(options => options with { Train = train, Unlabeled = unlabeled, Test = test }));
        Assert.Contains("used twice", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Class_folders_that_are_not_in_the_classes_file_are_refused()
    {
        Write("train/cat/1.png", "train/dog/1.png");
        var classes = _folder.Write("classes.txt", "dog\nhorse\n");
        var error = Assert.Throws<UserException>(() => Open(options => options with { Classes = classes }).Train());

        Assert.EndsWith($"has classes that are not in {classes}: cat", error.Message, StringComparison.Ordinal);

        _folder.Write("classes.txt", "dog\nhorse\ncat\n");
        Assert.Equal([0, 2], Open(options => options with { Classes = classes }).Train().Labels);
    }

    private IDataset Open(Func<DatasetOptions, DatasetOptions>? change = null)
    {
        var options = new DatasetOptions(DatasetKind.Folder, _folder.Path, 8, 3);
        return DatasetCatalog.Open(change?.Invoke(options) ?? options, _ => { }, _folder["index"]);
    }

    private void Write(params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
            var format = Path.GetExtension(name) == ".png" ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg;
            File.WriteAllBytes(_folder[name], Pictures.OneColor(SKColors.Red, 4, 4, format));
        }
    }
}
