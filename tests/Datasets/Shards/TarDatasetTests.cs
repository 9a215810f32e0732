using Distill.Datasets.Images;
using Tests.Learning;

namespace Tests.Datasets.Shards;

/// <summary>WebDataset shards of the system's tar, with images of PIL.</summary>
[Collection(TorchTests.Name)]
public sealed class TarDatasetTests : IDisposable
{
    private readonly TarSet _set = new();

    public void Dispose() => _set.Dispose();

    [Theory]
    [InlineData("gnu", 1)]
    [InlineData("gnu", 3)]
    [InlineData("pax", 3)]
    [InlineData("ustar", 3)]
    [InlineData("v7", 3)]
    public void Labels_and_pixels_are_read_as_written(string format, int channels)
    {
        var label = 0;
        foreach (var (name, content) in DatasetGolden.Pictures)
        {
            _set.Write($"src/{label}/{name}", content);
            _set.Write($"src/{label}/{name.Split('.')[0]}.cls", $"{label}\n");
            label++;
        }

        Tar.Pack(_set.Folder["set/train-0.tar"], _set.Folder["src"], null, $"--format={format}", "--sort=name");
        var train = _set.Open(channels: channels).Train();

        Assert.Equal(Enumerable.Range(0, label), train.Labels);
        Assert.Equal(Enumerable.Range(0, label).Select(number => $"{number}"), train.ClassNames);
        DatasetGolden.AssertPictures(train, channels);
    }

    [Theory]
    [InlineData("gnu")]
    [InlineData("pax")]
    public void Long_and_non_Latin_names_are_complete(string format)
    {
        var name = $"{new string('d', 120)}/猫-{new string('n', 180)}";
        _set.WriteImage($"src/{name}.png");
        _set.Write($"src/{name}.cls", "1");
        Tar.Pack(_set.Folder["set/train-0.tar"], _set.Folder["src"], null, $"--format={format}");
        var train = _set.Open().Train();

        Assert.Equal($"train-0.tar/{name}.png", train.ImageName(0));
        Assert.Equal([1], train.Labels);
    }

    [Fact]
    public void Labels_are_read_from_text_or_JSON_in_any_order()
    {
        _set.Pack(
            "train-0.tar",
            ("a.cls", "3"), ("a.png", null),
            ("b.PNG", null), ("b.json", """{ "label": 1 }"""),
            ("c.png", null),
            ("d.json", """{ "class": 0, "x": [] }"""), ("d.png", null),
            ("e.json", """{ "cls": 2 }"""), ("e.cls", "0"), ("e.png", null),
            ("f.png", null), ("f.seg.png", "no image"), ("f.cls", "-1"));
        var train = _set.Open().Train();

        Assert.Equal(["a.png", "b.PNG", "c.png", "d.png", "e.png", "f.png"], Names(train).Select(name => name.Split('/')[^1]));
        Assert.Equal([3, 1, -1, 0, 0, -1], train.Labels);
    }

    [Fact]
    public void Every_extension_of_training_images_is_an_image()
    {
        string[] extensions = ["png", "jpg", "jpeg", "jpe", "jfif", "webp", "bmp", "gif"];
        _set.Pack("train-0.tar", [.. extensions.Select((extension, i) => ($"{i}.{extension}", (string?)null))]);

        Assert.Equal(extensions, Names(_set.Open().Train()).Select(name => name.Split('.')[^1]));
    }

    [Fact]
    public void Shards_are_in_ordinal_order_and_unlabeled_ones_last()
    {
        _set.Pack("train-1.tar", ("a.png", null), ("a.cls", "1"));
        _set.Pack("train-0.tar", ("b.png", null), ("b.cls", "0"));
        _set.Pack("deep/unlabeled-0.tar", ("c.png", null), ("c.cls", "no number"));
        _set.Pack("val-0.tar", ("d.png", null), ("d.cls", "1"));
        _set.Folder.Write("set/classes.txt", "cat\ndog\n");
        var dataset = _set.Open();

        Assert.Equal(["train-0.tar/b.png", "train-1.tar/a.png", "deep/unlabeled-0.tar/c.png"], Names(dataset.Train()));
        Assert.Equal([0, 1, -1], dataset.Train().Labels);
        Assert.Equal(["cat", "dog"], dataset.Train().ClassNames);
        Assert.Equal([1], dataset.Test().Labels);
    }

    [Fact]
    public void The_fingerprint_covers_the_shards_of_its_split_and_their_role()
    {
        _set.Pack("train-0.tar", ("a.png", null), ("a.cls", "0"));
        _set.Pack("more.tar", ("b.png", null), ("b.cls", "0"));
        var alone = _set.Open().TrainFingerprint();
        _set.Pack("test-0.tar", ("c.png", null), ("c.cls", "0"));

        Assert.Equal(alone, _set.Open().TrainFingerprint());
        Assert.NotEqual(
            _set.Open(options => options with { Train = "more.tar", Unlabeled = "train-0.tar" }).TrainFingerprint(),
            _set.Open(options => options with { Train = "train-0.tar", Unlabeled = "more.tar" }).TrainFingerprint());
    }

    private static IEnumerable<string> Names(ImageSet set) => Enumerable.Range(0, set.Count).Select(set.ImageName);
}
