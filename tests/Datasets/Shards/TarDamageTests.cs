using Distill.Datasets.Images;
using Distill.Pipeline.Options;
using Tests.Learning;

namespace Tests.Datasets.Shards;

/// <summary>WebDataset shards with wrong content or damage are refused with a message.</summary>
[Collection(TorchTests.Name)]
public sealed class TarDamageTests : IDisposable
{
    private readonly TarSet _set = new();

    public void Dispose() => _set.Dispose();

    [Fact]
    public void A_damaged_image_is_skipped_with_its_name()
    {
        _set.Pack("train-0.tar", ("a.png", "no image"), ("a.cls", "0"), ("b.png", null), ("b.cls", "0"), ("c.png", ""), ("d.cls", "0"));

        Assert.Equal(["train-0.tar/b.png"], Names(_set.Open().Train()));
        var start = $"Skipped 1 file of {_set.Folder["set"]}: ";
        Assert.Contains(start + "not an image of a known format (train-0.tar/a.png)", _set.Log);
        Assert.Contains(start + "zero bytes long (train-0.tar/c.png)", _set.Log);
        Assert.Contains(start + "a label without an image (train-0.tar/d.cls)", _set.Log);
    }

    [Theory]
    [InlineData("a.jpg", "", "a.jpg is the second image of its sample, after a.png")]
    [InlineData("a.cls", "1.5", "a.cls contains \"1.5\", expected the number or the name of a class")]
    [InlineData("a.cls", "a\nb", "a.cls contains ")]
    [InlineData("a.cls", "-2", "a.cls contains \"-2\"")]
    [InlineData("a.cls", "", "a.cls contains \"\"")]
    [InlineData("a.json", "{ \"label\": true }", "a.json contains \"label\": true, expected the number or the name of a class")]
    [InlineData("a.json", "{ \"label\": [1] }", "a.json contains \"label\": [1], expected the number or the name of a class")]
    [InlineData("a.json", "[1]", "a.json contains [1], expected an object with a key \"label\"")]
    [InlineData("a.json", "{", "a.json is not valid JSON")]
    public void Problems_of_a_sample_are_reported_with_shard_and_member(string member, string content, string message)
    {
        _set.Pack("train-0.tar", ("a.png", null), (member, content));
        Assert.Contains($"{_set.Folder["set/train-0.tar"]}: {message}", _set.Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.cls", "0", "a.CLS", "1", "a.CLS is the second .cls of its sample, after a.cls")]
    [InlineData("a.json", """{ "label": 0 }""", "a.Json", "{}", "a.Json is the second .json of its sample, after a.json")]
    public void A_second_label_of_a_sample_is_refused(string first, string label, string second, string other, string message)
    {
        _set.Pack("train-0.tar", (first, label), ("a.png", null), (second, other));

        Assert.Equal($"{_set.Folder["set/train-0.tar"]}: {message}", _set.Refusal());
    }

    [Fact]
    public void A_label_that_is_packed_twice_is_refused()
    {
        _set.WriteImage("src/a.png");
        _set.Write("src/a.cls", "0");
        Tar.Pack(_set.Folder["set/train-0.tar"], _set.Folder["src"], ["a.png", "a.cls", "a.cls"], "--hard-dereference");

        Assert.EndsWith(": a.cls is the second .cls of its sample, after a.cls", _set.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_larger_than_the_classes_is_refused()
    {
        _set.Pack("train-0.tar", ("a.png", null), ("a.cls", "2"));
        _set.Folder.Write("set/classes.txt", "cat\ndog\n");

        Assert.Contains("train-0.tar/a.png has the label 2; the labels are 0 to 1", _set.Refusal(), StringComparison.Ordinal);

        File.Delete(_set.Folder["set/classes.txt"]);
        _set.Pack("train-0.tar", ("a.png", null), ("a.cls", "2000000000"));

        Assert.Contains("at most 1048576 classes", _set.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Links_and_compressed_shards_are_refused_with_advice()
    {
        _set.WriteImage("src/a.png");
        File.CreateSymbolicLink(_set.Folder["src/b.png"], "a.png");
        Tar.Pack(_set.Folder["set/train-0.tar"], _set.Folder["src"]);

        Assert.Contains("b.png is a link", _set.Refusal(), StringComparison.Ordinal);

        File.Delete(_set.Folder["src/b.png"]);
        Tar.Pack(_set.Folder["set/train-0.tar"], _set.Folder["src"], null, "-z");

        Assert.Contains("unpack it (gunzip)", _set.Refusal(), StringComparison.Ordinal);

        File.Move(_set.Folder["set/train-0.tar"], _set.Folder["set/train-0.tar.gz"]);
        Assert.Contains("train-0.tar.gz is compressed", Assert.Throws<UserException>(() => _set.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_gives_a_message_or_skips_an_image()
    {
        _set.Pack("train-0.tar", ("a.png", null), ("a.cls", "0"), ($"{new string('n', 150)}.png", null), ("c.png", null));
        var whole = File.ReadAllBytes(_set.Folder["set/train-0.tar"]);
        var random = new Random(1);
        var lengths = Enumerable.Range(0, 12).Select(i => i * 512)
            .Concat(Enumerable.Range(0, 20).Select(_ => random.Next(whole.Length)));
        foreach (var length in lengths.Where(length => length < LastByte(whole)))
        {
            File.WriteAllBytes(_set.Folder["set/train-0.tar"], whole[..length]);
            Assert.StartsWith(_set.Folder["set/train-0.tar"], _set.Refusal(), StringComparison.Ordinal);
        }

        for (var at = 0; at < 512; at += 3)
        {
            var flipped = whole.ToArray();
            flipped[at] ^= (byte)(1 + random.Next(255));
            File.WriteAllBytes(_set.Folder["set/train-0.tar"], flipped);
            Assert.StartsWith(_set.Folder["set/train-0.tar"], _set.Refusal(), StringComparison.Ordinal);
        }

        for (var round = 0; round < 200; round++)
        {
            var flipped = whole.ToArray();
            flipped[random.Next(whole.Length)] ^= (byte)(1 + random.Next(255));
            File.WriteAllBytes(_set.Folder["set/train-0.tar"], flipped);
            TryTrain();
        }
    }

    [Fact]
    public void Data_after_the_end_of_an_archive_is_refused()
    {
        _set.Pack("train-0.tar", ("a.png", null));
        var archive = File.ReadAllBytes(_set.Folder["set/train-0.tar"]);
        File.WriteAllBytes(_set.Folder["set/train-0.tar"], [.. archive, .. archive]);

        Assert.Contains("contains several archives", _set.Refusal(), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Names(ImageSet set) => Enumerable.Range(0, set.Count).Select(set.ImageName);

    private static int LastByte(byte[] whole) => whole.AsSpan().LastIndexOfAnyExcept((byte)0);

    private void TryTrain()
    {
        try
        {
            Assert.InRange(_set.Open().Train().Count, 1, 3);
        }
        catch (UserException)
        {
        }
    }
}
