using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using Tests.Learning;
using Tests.Pipeline;

namespace Tests.Datasets.Shards;

/// <summary>WebDataset shards of the system's tar, with pictures of PIL.</summary>
[Collection(TorchTests.Name)]
public sealed class TarDatasetTests : IDisposable
{
    private static readonly byte[] Picture = DatasetGolden.Pictures["rough.png"];

    private readonly TempFolder _folder = new();
    private readonly List<string> _log = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("gnu", 1)]
    [InlineData("gnu", 3)]
    [InlineData("pax", 3)]
    [InlineData("ustar", 3)]
    [InlineData("v7", 3)]
    public void Labels_and_pixels_come_out_as_they_went_in(string format, int channels)
    {
        var label = 0;
        foreach (var (name, content) in DatasetGolden.Pictures)
        {
            Write($"src/{label}/{name}", content);
            Write($"src/{label}/{name.Split('.')[0]}.cls", $"{label}\n");
            label++;
        }

        Tar.Pack(_folder["set/train-0.tar"], _folder["src"], null, $"--format={format}", "--sort=name");
        var train = Open(channels: channels).Train();
        Assert.Equal(Enumerable.Range(0, label), train.Labels);
        Assert.Equal(Enumerable.Range(0, label).Select(number => $"{number}"), train.ClassNames);
        DatasetGolden.AssertPictures(train, channels);
    }

    [Theory]
    [InlineData("gnu")]
    [InlineData("pax")]
    public void Long_names_and_those_in_other_scripts_are_whole(string format)
    {
        var name = $"{new string('d', 120)}/猫-{new string('n', 180)}";
        Write($"src/{name}.png", Picture);
        Write($"src/{name}.cls", "1");
        Tar.Pack(_folder["set/train-0.tar"], _folder["src"], null, $"--format={format}");
        var train = Open().Train();
        Assert.Equal($"train-0.tar/{name}.png", train.ImageName(0));
        Assert.Equal([1], train.Labels);
    }

    [Fact]
    public void Labels_stand_in_text_or_in_JSON_before_or_after_the_image_or_nowhere()
    {
        Shard(
            "train-0.tar",
            ("a.cls", "3"), ("a.png", null), ("b.PNG", null), ("b.json", """{ "label": 1 }"""), ("c.png", null), ("d.json", """{ "class": 0, "x": [] }"""),
            ("d.png", null), ("e.json", """{ "cls": 2 }"""), ("e.cls", "0"), ("e.png", null), ("f.png", null), ("f.seg.png", "no image"), ("f.cls", "-1"));
        var train = Open().Train();
        Assert.Equal(["a.png", "b.PNG", "c.png", "d.png", "e.png", "f.png"], Names(train).Select(name => name.Split('/')[^1]));
        Assert.Equal([3, 1, -1, 0, 0, -1], train.Labels);
    }

    [Fact]
    public void Every_extension_of_training_images_is_an_image()
    {
        string[] extensions = ["png", "jpg", "jpeg", "jpe", "jfif", "webp", "bmp", "gif"];
        Shard("train-0.tar", [.. extensions.Select((extension, i) => ($"{i}.{extension}", (string?)null))]);

        Assert.Equal(extensions, Names(Open().Train()).Select(name => name.Split('.')[^1]));
    }

    [Fact]
    public void Shards_come_in_ordinal_order_and_unlabeled_ones_last_without_a_look_at_their_labels()
    {
        Shard("train-1.tar", ("a.png", null), ("a.cls", "1"));
        Shard("train-0.tar", ("b.png", null), ("b.cls", "0"));
        Shard("deep/unlabeled-0.tar", ("c.png", null), ("c.cls", "no number"));
        Shard("val-0.tar", ("d.png", null), ("d.cls", "1"));
        _folder.Write("set/classes.txt", "cat\ndog\n");
        var dataset = Open();
        Assert.Equal(["train-0.tar/b.png", "train-1.tar/a.png", "deep/unlabeled-0.tar/c.png"], Names(dataset.Train()));
        Assert.Equal([0, 1, -1], dataset.Train().Labels);
        Assert.Equal(["cat", "dog"], dataset.Train().ClassNames);
        Assert.Equal([1], dataset.Test().Labels);
    }

    [Fact]
    public void The_fingerprint_follows_the_shards_of_its_split_and_their_part()
    {
        Shard("train-0.tar", ("a.png", null), ("a.cls", "0"));
        Shard("more.tar", ("b.png", null), ("b.cls", "0"));
        var alone = Open().TrainFingerprint();
        Shard("test-0.tar", ("c.png", null), ("c.cls", "0"));
        Assert.Equal(alone, Open().TrainFingerprint());
        Assert.NotEqual(
            Open(options => options with { Train = "more.tar", Unlabeled = "train-0.tar" })().TrainFingerprint(),
            Open(options => options with { Train = "train-0.tar", Unlabeled = "more.tar" })().TrainFingerprint());
    }

    [Fact]
    public void A_damaged_image_is_left_out_by_name()
    {
        Shard("train-0.tar", ("a.png", "no image"), ("a.cls", "0"), ("b.png", null), ("b.cls", "0"), ("c.png", ""), ("d.cls", "0"));
        Assert.Equal(["train-0.tar/b.png"], Names(Open().Train()));
        Assert.Contains($"Skipped {_folder["set/train-0.tar/a.png"]}: not an image of a known format", _log);
        Assert.Contains($"Skipped {_folder["set/train-0.tar/c.png"]}: zero bytes long", _log);
        Assert.Contains(_log, line => line.StartsWith($"{_folder["set/train-0.tar"]}: 1 samples have a label but no image", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a.jpg", "", "a.jpg is the second image of its sample, after a.png")]
    [InlineData("a.cls", "cat", "a.cls contains \"cat\", expected the number of a class")]
    [InlineData("a.cls", "-2", "a.cls contains \"-2\"")]
    [InlineData("a.cls", "", "a.cls contains \"\"")]
    [InlineData("a.json", "{ \"label\": \"cat\" }", "a.json contains \"label\": \"cat\", expected the number of a class")]
    [InlineData("a.json", "{", "a.json is not valid JSON")]
    public void What_is_wrong_with_a_sample_is_said_with_shard_and_member(string member, string content, string message)
    {
        Shard("train-0.tar", ("a.png", null), (member, content));
        Assert.Contains($"{_folder["set/train-0.tar"]}: {message}", Message(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_beyond_the_classes_is_refused()
    {
        Shard("train-0.tar", ("a.png", null), ("a.cls", "2"));
        _folder.Write("set/classes.txt", "cat\ndog\n");
        Assert.Contains("train-0.tar/a.png has the label 2; the labels are 0 to 1", Message(), StringComparison.Ordinal);
        File.Delete(_folder["set/classes.txt"]);
        Shard("train-0.tar", ("a.png", null), ("a.cls", "2000000000"));
        Assert.Contains("at most 1048576 classes", Message(), StringComparison.Ordinal);
    }

    [Fact]
    public void Links_and_packed_shards_are_refused_with_what_to_do()
    {
        Write("src/a.png", Picture);
        File.CreateSymbolicLink(_folder["src/b.png"], "a.png");
        Tar.Pack(_folder["set/train-0.tar"], _folder["src"]);
        Assert.Contains("b.png is a link", Message(), StringComparison.Ordinal);
        File.Delete(_folder["src/b.png"]);
        Tar.Pack(_folder["set/train-0.tar"], _folder["src"], null, "-z");
        Assert.Contains("unpack it (gunzip)", Message(), StringComparison.Ordinal);
        File.Move(_folder["set/train-0.tar"], _folder["set/train-0.tar.gz"]);
        Assert.Contains("train-0.tar.gz is compressed", Assert.Throws<UserException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_anywhere_is_a_message_or_an_image_that_is_left_out()
    {
        Shard("train-0.tar", ("a.png", null), ("a.cls", "0"), ($"{new string('n', 150)}.png", null), ("c.png", null));
        var whole = File.ReadAllBytes(_folder["set/train-0.tar"]);
        var random = new Random(1);
        var lengths = Enumerable.Range(0, 12).Select(i => i * 512).Concat(Enumerable.Range(0, 20).Select(_ => random.Next(whole.Length)));
        foreach (var length in lengths.Where(length => length < LastByte(whole)))
        {
            File.WriteAllBytes(_folder["set/train-0.tar"], whole[..length]);
            Assert.StartsWith(_folder["set/train-0.tar"], Message(), StringComparison.Ordinal);
        }

        for (var at = 0; at < 512; at += 3)
        {
            var flipped = whole.ToArray();
            flipped[at] ^= (byte)(1 + random.Next(255));
            File.WriteAllBytes(_folder["set/train-0.tar"], flipped);
            Assert.StartsWith(_folder["set/train-0.tar"], Message(), StringComparison.Ordinal);
        }

        for (var round = 0; round < 200; round++)
        {
            var flipped = whole.ToArray();
            flipped[random.Next(whole.Length)] ^= (byte)(1 + random.Next(255));
            File.WriteAllBytes(_folder["set/train-0.tar"], flipped);
            TryTrain();
        }
    }

    [Fact]
    public void What_follows_the_end_of_an_archive_is_not_passed_over()
    {
        Shard("train-0.tar", ("a.png", null));
        var archive = File.ReadAllBytes(_folder["set/train-0.tar"]);
        File.WriteAllBytes(_folder["set/train-0.tar"], [.. archive, .. archive]);
        Assert.Contains("contains several archives", Message(), StringComparison.Ordinal);
    }

    private static int LastByte(byte[] whole) => whole.AsSpan().LastIndexOfAnyExcept((byte)0);

    private static IEnumerable<string> Names(ImageSet set) => Enumerable.Range(0, set.Count).Select(set.ImageName);

    private string Message() => Assert.Throws<UserException>(() => Open().Train()).Message;

    private void TryTrain()
    {
        try
        {
            Assert.InRange(Open().Train().Count, 1, 3);
        }
        catch (UserException)
        {
        }
    }

    /// <summary>A shard of members in this order; null stands for a picture.</summary>
    private void Shard(string name, params (string Member, string? Content)[] members)
    {
        foreach (var (member, content) in members)
        {
            Write($"src-{name}/{member}", content);
        }

        Tar.Pack(_folder[$"set/{name}"], _folder[$"src-{name}"], members.Select(member => member.Member));
    }

    private void Write(string name, string? content) => Write(name, content is null ? Picture : System.Text.Encoding.UTF8.GetBytes(content));

    private void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllBytes(_folder[name], content);
    }

    private Func<IDataset> Open(Func<DatasetOptions, DatasetOptions> change) => () =>
        DatasetCatalog.Open(change(new DatasetOptions(DatasetKind.Webdataset, _folder["set"], 8, 3)), _log.Add, _folder["cache"]);

    private IDataset Open(int channels = 3) => Open(options => options with { Channels = channels })();
}
