using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using SkiaSharp;
using Tests.Datasets.Folders;
using Tests.Pipeline;

namespace Tests.Datasets.Encoded;

/// <summary>A label file beside class folders, and how its lines are read.</summary>
public sealed class LabelFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folders_with_an_image_that_the_file_does_not_list_are_classes_too()
    {
        Write("train/bird/1.png", "train/cat/1.png", "train/cat/2.png", "train/dog/1.png", "train/3.png", "test/bird/1.png");
        var dataset = Open("train/cat/1.png\tcat\ntrain/dog/1.png\tdog\n");

        Assert.Equal(["bird", "cat", "dog"], dataset.Train().ClassNames);
        Assert.Equal([0, 1, 1, 2, ImageSet.Unlabeled], dataset.Train().Labels);
        Assert.Equal([0], dataset.Test().Labels);
    }

    [Fact]
    public void Folders_whose_images_the_file_lists_are_not_classes()
    {
        Write("train/2019/1.png", "train/2020/2.png", "test/2021/3.png");
        var dataset = Open("1.png\tdog\n2.png\tcat\n3.png\tdog\n");

        Assert.Equal(["cat", "dog"], dataset.Train().ClassNames);
        Assert.Equal([1, 0], dataset.Train().Labels);
        Assert.Equal([1], dataset.Test().Labels);
    }

    [Fact]
    public void Classes_that_only_the_file_has_are_sorted_among_the_folders()
    {
        Write("train/cat/1.png", "train/dog/2.png", "train/3.png");
        var train = Open("2.png\tdog\n3.png\tcow\n").Train();

        Assert.Equal(["cat", "cow", "dog"], train.ClassNames);
        Assert.Equal([0, 2, 1], train.Labels);
    }

    [Fact]
    public void A_test_folder_that_is_not_a_class_is_refused()
    {
        Write("train/cat/1.png", "train/dog/1.png", "test/Cat/1.png");
        var error = Assert.Throws<UserException>(() => Open("train/dog/1.png\tdog\n").Train());

        Assert.Equal(
            $"{_folder["test"]} has classes that are not in {_folder["train"]} or {_folder["labels.tsv"]}: "
                + "\"Cat\" (differs from \"cat\" only in upper and lower case)",
            error.Message);
    }

    [Fact]
    public void Given_classes_are_the_only_ones()
    {
        Write("train/bird/1.png", "train/cat/1.png", "train/2.png");
        var classes = _folder.Write("classes.txt", "dog\ncat\n");
        var error = Assert.Throws<UserException>(() => Open("2.png\tdog\n", classes).Train());

        Assert.EndsWith($"{_folder["train"]} has classes that are not in {classes}: bird", error.Message, StringComparison.Ordinal);

        var train = Open("2.png\tdog\ntrain/bird/1.png\tcat\n", classes).Train();
        Assert.Equal(["dog", "cat"], train.ClassNames);
        Assert.Equal(
            [("train/2.png", 0), ("train/bird/1.png", 1), ("train/cat/1.png", 1)],
            Enumerable.Range(0, 3).Select(i => (train.ImageName(i), train.Labels[i])).Order());
    }

    [Fact]
    public void A_wrong_line_is_named_before_the_folder_that_it_was_meant_for()
    {
        Write("train/2019/1.png", "train/2.png");
        var classes = _folder.Write("classes.txt", "cat\ndog\n");
        var error = Assert.Throws<UserException>(() => Open("2.png\tdog\n1.pgn\tcat\n", classes).Train());

        Assert.EndsWith("labels.tsv, line 2: no image is named \"1.pgn\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Blanks_around_image_and_class_do_not_count()
    {
        Write("train/1.png", "train/2.png", "train/3.png");
        var train = Open("  # a comment\n1.png\tcat\n 2.png \tcat \n3.png\t dog\r\n  \n").Train();

        Assert.Equal(["cat", "dog"], train.ClassNames);
        Assert.Equal([0, 0, 1], train.Labels);
    }

    [Theory]
    [InlineData("1.png\t ")]
    [InlineData(" \tcat")]
    [InlineData("1.png\tcat\tdog")]
    public void A_line_without_a_name_in_both_columns_is_refused(string line)
    {
        Write("train/1.png");
        var error = Assert.Throws<UserException>(() => Open($"{line}\n").Train());

        Assert.EndsWith("line 1: expected an image name, a tab and a class name", error.Message, StringComparison.Ordinal);
    }

    private IDataset Open(string lines, string? classes = null)
    {
        var options = new DatasetOptions(DatasetKind.Folder, _folder.Path, 8, 3)
        {
            Labels = _folder.Write("labels.tsv", lines),
            Classes = classes,
        };
        return DatasetCatalog.Open(options, _ => { }, _folder["index"]);
    }

    private void Write(params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
            File.WriteAllBytes(_folder[name], Pictures.OneColor(SKColors.Red, 4, 4));
        }
    }
}
