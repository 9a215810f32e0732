using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using SkiaSharp;
using Tests.Pipeline;

namespace Tests.Datasets.Folders;

/// <summary>No link puts an image into two splits.</summary>
public sealed class LinkedSplitsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public LinkedSplitsTests()
    {
        Write("train/cat/1.png");
        Write("train/dog/1.png");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("test", "train", "is the same folder as")]
    [InlineData("test", "train/cat", "is inside")]
    [InlineData("unlabeled", "train/cat", "is inside")]
    [InlineData("unlabeled", ".", "is inside")]
    public void A_linked_folder_that_overlaps_is_refused(string link, string target, string relation)
    {
        File.CreateSymbolicLink(_folder[link], _folder[target]);

        Assert.Contains(relation, Assert.Throws<UserException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("test/cat/1.png", "train/cat/1.png")]
    [InlineData("test/cat", "train/cat")]
    [InlineData("train/cat/more", "test/cat")]
    public void A_link_that_makes_a_training_image_a_test_image_is_refused(string link, string target)
    {
        Write("test/cat/2.png");
        Write("test/dog/2.png");
        if (Directory.Exists(_folder[link]))
        {
            Directory.Delete(_folder[link], recursive: true);
        }

        File.CreateSymbolicLink(_folder[link], _folder[target]);

        Assert.Contains("are the same file", Assert.Throws<UserException>(() => Open().Test()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unlabeled_link_to_a_labeled_image_is_skipped()
    {
        Write("unlabeled/2.png");
        File.CreateSymbolicLink(_folder["unlabeled/1.png"], _folder["train/cat/1.png"]);
        var dataset = Open();

        Assert.Equal([0, 1, -1], dataset.Train().Labels);
        Assert.Equal(
            [("unlabeled/1.png", "a link to a file that is listed as a labeled image already")],
            dataset.Report(Split.Train)!.Refused);
    }

    [Fact]
    public void A_linked_test_folder_elsewhere_is_read()
    {
        Write("elsewhere/cat/2.png");
        File.CreateSymbolicLink(_folder["test"], _folder["elsewhere"]);

        Assert.Equal([0], Open().Test().Labels);
    }

    private IDataset Open() => DatasetCatalog.Open(new DatasetOptions(DatasetKind.Folder, _folder.Path, 8, 3), _ => { }, _folder["index"]);

    private void Write(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllBytes(_folder[name], Pictures.OneColor(SKColors.Red, 4, 4));
    }
}
