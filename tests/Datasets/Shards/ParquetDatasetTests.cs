using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using ParquetSharp;
using Tests.Learning;
using Tests.Pipeline;

namespace Tests.Datasets.Shards;

/// <summary>Parquet in the form of the Hub, written by Apache Arrow, with images of PIL.</summary>
[Collection(TorchTests.Name)]
public sealed class ParquetDatasetTests : IDisposable
{
    private static readonly byte[] Picture = DatasetGolden.Pictures["rough.png"];

    private readonly TempFolder _folder = new();
    private readonly List<string> _log = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Compression.Uncompressed, true, true, 1000)]
    [InlineData(Compression.Uncompressed, false, true, 3)]
    [InlineData(Compression.Snappy, true, true, 4)]
    [InlineData(Compression.Snappy, false, true, 1)]
    [InlineData(Compression.Zstd, true, true, 7)]
    [InlineData(Compression.Zstd, false, true, 1000)]
    [InlineData(Compression.Gzip, true, true, 4)]
    public void Labels_and_pixels_are_read_as_written(Compression compression, bool dictionary, bool nested, int rowsPerGroup)
    {
        var pictures = DatasetGolden.Pictures
            .Select((picture, i) => (picture.Value, $"some/{picture.Key}", (long?)(i == 3 ? -1 : i)))
            .ToArray();
        var names = Enumerable.Range(0, pictures.Length).Select(i => $"class {i}").ToArray();
        new HubParquet
        {
            Compression = compression,
            Dictionary = dictionary,
            Nested = nested,
            RowsPerGroup = rowsPerGroup,
            Features = HubParquet.Described(names),
        }.Write(_folder["set/data/train-00000-of-00001.parquet"], pictures!);
        var train = Open().Train();

        Assert.Equal(pictures.Select(picture => (int)picture.Item3!), train.Labels);
        Assert.Equal(names, train.ClassNames);
        Assert.Equal("data/train-00000-of-00001.parquet#0/some/coarse.jpeg", train.ImageName(0));
        DatasetGolden.AssertPictures(train, 3);
    }

    [Fact]
    public void Plain_binary_columns_are_images_and_null_labels_are_unlabeled()
    {
        new HubParquet { Nested = false, Image = "photo", RowsPerGroup = 3 }.Write(
            _folder["set/train-0.parquet"],
            (Picture, null, 1), (Picture, null, null), (null, null, 0), (Picture, null, -1), (Picture, null, 0));
        var train = Open().Train();

        Assert.Equal(["train-0.parquet#0", "train-0.parquet#1", "train-0.parquet#3", "train-0.parquet#4"], Names(train));
        Assert.Equal([1, -1, -1, 0], train.Labels);
        Assert.Equal(["0", "1"], train.ClassNames);
        Assert.Equal(
            [$"Skipped 1 file of {_folder["set"]}: a row without an image (train-0.parquet#2)"],
            _log.Where(line => line.StartsWith("Skipped", StringComparison.Ordinal)));
    }

    [Fact]
    public void Null_structs_and_null_bytes_do_not_shift_other_rows()
    {
        var other = DatasetGolden.Pictures["gray.png"];
        new HubParquet().Write(
            _folder["set/train-0.parquet"],
            (null, null, 0), (Picture, null, 1), ([], "empty.png", 2),
            (other, "tab\there.png", 3), (null, null, 4), (Picture, "last.png", 5));
        var train = Open().Train();

        Assert.Equal(["train-0.parquet#1", "train-0.parquet#3", "train-0.parquet#5/last.png"], Names(train));
        Assert.Equal([1, 3, 5], train.Labels);
        Assert.Equal(DatasetGolden.Decoded("gray.png", 3), train.Pixels.Decode(1).Pixels);
    }

    [Fact]
    public void Unlabeled_files_come_last_and_their_labels_are_ignored()
    {
        new HubParquet().Write(_folder["set/train-0.parquet"], (Picture, null, 0));
        new HubParquet { Labels = ["label", "class"] }.Write(_folder["set/extra.parquet"], (Picture, null, 77));
        new HubParquet().Write(_folder["set/validation-0.parquet"], (Picture, null, 0));
        var dataset = Open(options => options with { Unlabeled = "extra.parquet" });

        Assert.Equal([0, -1], dataset.Train().Labels);
        Assert.Equal([0], dataset.Test().Labels);
    }

    [Fact]
    public void A_pack_is_written_once_and_again_if_its_file_changes()
    {
        new HubParquet().Write(_folder["set/train-0.parquet"], (Picture, null, 0));
        var first = Open().TrainFingerprint();

        Assert.Single(Open().Train().Labels);
        Assert.Single(_log, Unpacking);

        new HubParquet().Write(_folder["set/train-0.parquet"], (Picture, null, 0), (Picture, null, 1));
        Assert.Equal([0, 1], Open().Train().Labels);
        Assert.Equal(2, _log.Count(Unpacking));
        Assert.NotEqual(first, Open().TrainFingerprint());

        var pack = Assert.Single(Directory.GetFiles(_folder["cache"], "*.pack", SearchOption.AllDirectories));
        File.WriteAllBytes(pack, File.ReadAllBytes(pack)[1..]);

        Assert.Equal([0, 1], Open().Train().Labels);
        Assert.Equal(3, _log.Count(Unpacking));

        static bool Unpacking(string line) => line.StartsWith("Unpacking", StringComparison.Ordinal);
    }

    [Fact]
    public void A_flipped_bit_in_a_pack_is_detected_when_the_image_is_read()
    {
        new HubParquet().Write(_folder["set/train-0.parquet"], (Picture, null, 0), (Picture, null, 1));
        var train = Open().Train();
        var pack = Assert.Single(Directory.GetFiles(_folder["cache"], "*.pack", SearchOption.AllDirectories));
        var bytes = File.ReadAllBytes(pack);
        bytes[^1] ^= 4;
        File.WriteAllBytes(pack, bytes);

        train.Pixels.Decode(0);
        var error = Assert.ThrowsAny<Exception>(() => train.Pixels.Decode(1));
        Assert.Contains("its bytes have changed since they were unpacked", error.Message);
    }

    [Fact]
    public void A_flipped_label_in_the_list_of_a_pack_is_detected_and_the_pack_made_again()
    {
        new HubParquet().Write(_folder["set/train-0.parquet"], (Picture, null, 0), (Picture, null, 1));
        Open().Train();
        var list = Assert.Single(Directory.GetFiles(_folder["cache"], "*.pack.tsv", SearchOption.AllDirectories));
        var whole = File.ReadAllText(list);
        var flipped = whole.Replace("\t1\t", "\t0\t", StringComparison.Ordinal);
        Assert.NotEqual(whole, flipped);
        File.WriteAllText(list, flipped);

        Assert.Equal([0, 1], Open().Train().Labels);
        Assert.Equal(whole, File.ReadAllText(list));
    }

    [Fact]
    public void A_list_without_a_checksum_as_of_earlier_versions_is_made_again()
    {
        new HubParquet().Write(_folder["set/train-0.parquet"], (Picture, null, 0), (Picture, null, 1));
        Open().Train();
        var list = Assert.Single(Directory.GetFiles(_folder["cache"], "*.pack.tsv", SearchOption.AllDirectories));
        var whole = File.ReadAllText(list);
        File.WriteAllLines(list, File.ReadLines(list).Skip(1).ToList());

        Assert.Equal([0, 1], Open().Train().Labels);
        Assert.Equal(whole, File.ReadAllText(list));
    }

    [Theory]
    [InlineData(2, "train-0.parquet#0 has the label 2; the labels are 0 to 1")]
    [InlineData(-2, ": found -2, expected the number of a class")]
    [InlineData(long.MaxValue, ": found 9223372036854775807, expected the number of a class")]
    public void A_label_without_a_class_is_refused(long label, string message)
    {
        new HubParquet { Features = HubParquet.Described("a", "b") }.Write(_folder["set/train-0.parquet"], (Picture, null, label));
        Assert.Contains(message, Message(), StringComparison.Ordinal);
    }

    [Fact]
    public void Shards_must_have_the_same_class_names()
    {
        new HubParquet { Features = HubParquet.Described("a", "b") }.Write(_folder["set/train-0.parquet"], (Picture, null, 1));
        new HubParquet { Features = HubParquet.Described("b", "a") }.Write(_folder["set/test-0.parquet"], (Picture, null, 1));

        Assert.Contains("have other class names", Assert.Throws<UserException>(() => Open().Test()).Message, StringComparison.Ordinal);

        new HubParquet { Features = HubParquet.Described("b", "a") }.Write(_folder["set/train-1.parquet"], (Picture, null, 1));
        Assert.Contains("train-1.parquet has other class names", Message(), StringComparison.Ordinal);

        var classes = _folder.Write("classes", "x\ny\n");
        Assert.Equal([1, 1], Open(options => options with { Classes = classes }).Train().Labels);
    }

    private static IEnumerable<string> Names(ImageSet set) => Enumerable.Range(0, set.Count).Select(set.ImageName);

    private string Message() => Assert.Throws<UserException>(() => Open().Train()).Message;

    private IDataset Open(Func<DatasetOptions, DatasetOptions>? change = null)
    {
        var options = new DatasetOptions(DatasetKind.Parquet, _folder["set"], 8, 3);
        return DatasetCatalog.Open(change?.Invoke(options) ?? options, _log.Add, _folder["cache"]);
    }
}
