using Distill.Datasets.Images;
using Distill.Pipeline.Options;
using Tests.Learning;

namespace Tests.Datasets.Shards;

/// <summary>Members of WebDataset shards other than images, and labels that are names.</summary>
[Collection(TorchTests.Name)]
public sealed class TarNamesTests : IDisposable
{
    private readonly TarSet _set = new();

    public void Dispose() => _set.Dispose();

    [Fact]
    public void Every_member_but_the_images_is_named_with_its_reason()
    {
        _set.Pack(
            "train-0.tar",
            ("a.png", null), ("a.cls", "0"), ("a.seg.png", null), ("a.txt", "a caption"),
            ("img.v1.01.png", null), ("img.v1.01.cls", "0"),
            ("b.tif", null), ("c", null), ("._d.png", null), ("__MACOSX/e.png", null), ("f.cls", "0"));

        Assert.Equal(
            [
                ("._d.png", "hidden"),
                ("__MACOSX/e.png", "made by the system"),
                ("f.cls", "a label without an image"),
                ("a.seg.png", "another field (.seg.png) of a sample with an image"),
                ("a.txt", "another field (.txt) of a sample with an image"),
                ("img.v1.01.png", "its name has several dots, but a sample's name ends at the first one; replace the others"),
                ("img.v1.01.cls", "its name has several dots, but a sample's name ends at the first one; replace the others"),
                ("b.tif", "not a supported format (.tif)"),
                ("c", "not an image, with no extension"),
            ],
            _set.Open().Report(Split.Train)!.Refused.Select(member => (member.Name["train-0.tar/".Length..], member.Reason)));
    }

    [Fact]
    public void A_shard_of_such_names_alone_is_refused_with_them()
    {
        _set.Pack("train-0.tar", ("img.v1.01.png", null), ("img.v1.01.cls", "0"));

        _set.Pack("test-0.tar", ("a.png", null), ("a.cls", "0"));

        Assert.Contains("Found no images in", _set.Refusal(), StringComparison.Ordinal);
        Assert.Contains("several dots", _set.Refusal(), StringComparison.Ordinal);
        Assert.Contains("train-0.tar/img.v1.01.png", _set.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_that_are_names_become_classes_in_ordinal_order()
    {
        _set.Pack(
            "train-0.tar", ("a.png", null), ("a.cls", "dog\n"), ("b.png", null), ("b.json", """{ "label": "Cat" }"""), ("c.png", null));
        _set.Pack("test-0.tar", ("d.png", null), ("d.cls", "dog"));
        var dataset = _set.Open();

        Assert.Equal(["Cat", "dog"], dataset.Train().ClassNames);
        Assert.Equal([1, 0, -1], dataset.Train().Labels);
        Assert.Equal([1], dataset.Test().Labels);
    }

    [Fact]
    public void An_unknown_name_is_refused_with_the_known_ones()
    {
        _set.Pack("train-0.tar", ("a.png", null), ("a.cls", "dog"));
        _set.Pack("test-0.tar", ("d.png", null), ("d.cls", "Dog"));

        Assert.EndsWith(
            "test-0.tar/d.png has the label \"Dog\", expected one of dog (differs from \"dog\" only in upper and lower case)",
            Assert.Throws<UserException>(() => _set.Open().Test()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Names_and_numbers_in_one_dataset_are_refused()
    {
        _set.Pack("train-0.tar", ("a.png", null), ("a.cls", "dog"), ("b.png", null), ("b.cls", "3"));

        Assert.Contains("expected names or numbers only", _set.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_in_the_test_split_are_refused_if_training_images_have_names()
    {
        _set.Pack("train-0.tar", ("a.png", null), ("a.cls", "zebra"), ("b.png", null), ("b.cls", "ant"));
        _set.Pack("test-0.tar", ("c.png", null), ("d.png", null), ("d.cls", "0"));

        Assert.Equal(
            $"{_set.Folder["set"]}: train-0.tar/a.png has the label \"zebra\" and test-0.tar/d.png has 0; "
                + "expected names or numbers only; dataset.classes can give the names by number",
            Assert.Throws<UserException>(() => _set.Open().Test()).Message);

        var classes = _set.Folder.Write("classes.txt", "zebra\nant\n");
        var dataset = _set.Open(options => options with { Classes = classes });
        Assert.Equal([0, 1], dataset.Train().Labels);
        Assert.Equal([0], dataset.Test().Labels);
    }

    [Fact]
    public void Names_in_the_test_split_are_refused_if_training_images_have_numbers()
    {
        _set.Pack("train-0.tar", ("a.png", null), ("a.cls", "0"), ("b.png", null), ("b.cls", "1"));
        _set.Pack("test-0.tar", ("c.png", null), ("c.cls", "zebra"));

        Assert.EndsWith(
            "test-0.tar/c.png has the label \"zebra\", expected one of 0, 1",
            Assert.Throws<UserException>(() => _set.Open().Test()).Message,
            StringComparison.Ordinal);
    }
}
