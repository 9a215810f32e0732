using Distill.Datasets.Images;
using Distill.Imaging.Splits;
using Distill.Pipeline.Options;
using Tests.Pipeline;

namespace Tests.Imaging.Splits;

public sealed class SplitFileTests : IDisposable
{
    private static readonly ImageSet Toy = new(
        "toy", new ImageShape(1, 1, 1), new byte[5], [0, 0, 1, 1, ImageSet.Unlabeled], ["cat", "dog"],
        ["train/cat/1.png", "train/cat/2.png", "train/dog/1.png", "train/dog/3.png", "unlabeled/4.png"]);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Split_is_written_as_text_and_read_back()
    {
        var split = LabelSplit.Draw(Toy, new LabelSplitOptions(1, null, null, 7));
        split.Write(_folder["split.txt"]);
        Assert.Equal(
            """
            # dataset: toy
            # rule: fraction 1 of each class
            # seed: 7
            # labels: 4 of 5 images, 2 to 2 in each of 2 classes
            train/cat/1.png	cat
            train/cat/2.png	cat
            train/dog/1.png	dog
            train/dog/3.png	dog

            """,
            File.ReadAllText(_folder["split.txt"]));
        Assert.Equal(split.Indices, LabelSplit.Read(_folder["split.txt"], Toy).Indices);
    }

    [Fact]
    public void Only_the_same_text_is_the_same_split()
    {
        var split = LabelSplit.Draw(Toy, new LabelSplitOptions(1, null, null, 7));
        split.Write(_folder["split.txt"]);

        Assert.True(split.IsIn(_folder["split.txt"]));
        Assert.False(LabelSplit.Draw(Toy, new LabelSplitOptions(1, null, null, 8)).IsIn(_folder["split.txt"]));
        File.AppendAllText(_folder["split.txt"], "unlabeled/4.png\n");
        Assert.False(split.IsIn(_folder["split.txt"]));
    }

    [Fact]
    public void List_of_bare_file_names_is_read()
    {
        var path = _folder.Write("list.txt", "3.png\n2.png\n");
        var split = LabelSplit.Draw(Toy, new LabelSplitOptions(null, null, path, 0));
        Assert.Equal([1, 3], split.Indices);
        Assert.Equal(("list list.txt", (long?)null), (split.Rule, split.Seed));
    }

    [Theory]
    [InlineData("# head\ntrain/cow/1.png\tcow\n", ", line 2: no training image is named \"train/cow/1.png\"")]
    [InlineData("1.png\n", ", line 1: several training images are named \"1.png\"; give the path")]
    [InlineData("train/cat/1.png\tdog\n", ", line 1: train/cat/1.png is listed as \"dog\", but its class in toy is \"cat\"")]
    [InlineData("2.png\n\ntrain/cat/2.png\n", ", line 3: train/cat/2.png was already listed in line 1")]
    [InlineData("4.png\n", ", line 1: 4.png does not have a class in toy")]
    [InlineData("# nothing\n", ": found no images, expected one per line")]
    public void Message_names_the_number_of_a_wrong_line(string text, string problem)
    {
        var path = _folder.Write("split.txt", text);
        Assert.Equal(path + problem, Assert.Throws<UserException>(() => LabelSplit.Read(path, Toy)).Message);
    }

    [Fact]
    public void Missing_list_is_named() =>
        Assert.Contains(
            "none.txt cannot be read",
            Assert.Throws<UserException>(() => LabelSplit.Read(_folder["none.txt"], Toy)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Name_with_a_tab_is_rejected()
    {
        var odd = new ImageSet("odd", new ImageShape(1, 1, 1), new byte[1], [0], ["a"], ["train/a/tab\tname.png"]);
        var split = LabelSplit.Draw(odd, new LabelSplitOptions(1, null, null, 0));
        var error = Assert.Throws<UserException>(() => split.Write(_folder["split.txt"]));
        Assert.Contains("rename the file", error.Message, StringComparison.Ordinal);
    }
}
