using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using ParquetSharp;
using Tests.Learning;
using Tests.Pipeline;

namespace Tests.Datasets.Shards;

/// <summary>Label columns of every type that Apache Arrow writes.</summary>
[Collection(TorchTests.Name)]
public sealed class ParquetLabelTests : IDisposable
{
    private static readonly byte[] Picture = DatasetGolden.Pictures["rough.png"];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Strings_become_classes_in_ordinal_order()
    {
        Write<string?>("train", ["dog", "Cat", null, "dog"]);
        Write<string?>("test", ["Cat"]);
        var dataset = Open();

        Assert.Equal(["Cat", "dog"], dataset.Train().ClassNames);
        Assert.Equal([1, 0, ImageSet.Unlabeled, 1], dataset.Train().Labels);
        Assert.Equal([0], dataset.Test().Labels);

        // The second time, names and classes come from the unpacked file.
        Assert.Equal([1, 0, ImageSet.Unlabeled, 1], Open().Train().Labels);
    }

    [Fact]
    public void A_class_of_the_test_split_only_is_refused()
    {
        Write("train", ["dog"]);
        Write("test", ["cow"]);

        Assert.EndsWith(
            "test.parquet#0 has the label \"cow\", expected one of dog",
            Assert.Throws<UserException>(() => Open().Test()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Integers_in_the_test_split_are_refused_if_training_images_have_strings()
    {
        Write("train", ["zebra", "ant"]);
        Write("test", [0L, 1L]);

        Assert.EndsWith(
            "train.parquet#0 has the label \"zebra\" and test.parquet#0 has 0; "
                + "expected names or numbers only; dataset.classes can give the names by number",
            Assert.Throws<UserException>(() => Open().Test()).Message,
            StringComparison.Ordinal);
        Assert.Equal([1, 0], Open().Train().Labels);
    }

    [Theory]
    [InlineData("", "found an empty label")]
    [InlineData("two\nlines", "found a label with control or invalid characters")]
    public void A_string_that_names_no_class_is_refused(string label, string problem)
    {
        Write("train", [label]);

        Assert.EndsWith($"column label: {problem}, expected the number or the name of a class", Message(), StringComparison.Ordinal);
    }

    [Fact]
    public void Integers_of_every_width_are_class_numbers()
    {
        AssertLabels<sbyte>(1);
        AssertLabels<byte>(1);
        AssertLabels<short>(1);
        AssertLabels<ushort>(1);
        AssertLabels(1);
        AssertLabels(1U);
        AssertLabels(1L);
        AssertLabels(1UL);
    }

    [Theory]
    [InlineData("double", 1.0)]
    [InlineData("float", 1f)]
    [InlineData("boolean", true)]
    [InlineData("list", new[] { 1, 2 })]
    [InlineData("list", new[] { "dog" })]
    [InlineData("binary", new byte[] { 1, 2 })]
    public void Another_type_is_refused_with_what_is_accepted<T>(string type, T label) => AssertRefused(label, type);

    [Fact]
    public void A_date_is_refused() => AssertRefused(new Date(2026, 1, 1), "date");

    [Fact]
    public void A_time_is_refused() => AssertRefused(TimeSpan.FromSeconds(1), "time");

    [Fact]
    public void An_enum_is_refused()
    {
        Directory.CreateDirectory(_folder["set"]);
        Column[] columns = [new Column<byte[]>("image"), new Column<string>("label", LogicalType.Enum())];
        using (var writer = new ParquetFileWriter(_folder["set/train.parquet"], columns))
        {
            using var group = writer.AppendRowGroup();
            // The library has no logical writer for enums, so the columns have empty bytes.
            ((ColumnWriter<ByteArray>)group.NextColumn()).WriteBatch(1, [1], [], [default]);
            ((ColumnWriter<ByteArray>)group.NextColumn()).WriteBatch(1, [1], [], [default]);
            writer.Close();
        }

        Assert.Contains("column label has the type enum, expected integers", Message(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_rows_is_named()
    {
        Write<int>("train", []);
        Assert.Equal(("train.parquet", "a file without images"), Assert.Single(Open().Report(Split.Train)!.Refused));
    }

    [Fact]
    public void A_UUID_is_refused() => AssertRefused(Guid.Empty, "UUID");

    [Fact]
    public void A_decimal_is_refused() => AssertRefused(1m, "decimal", LogicalType.Decimal(29, 3));

    [Fact]
    public void A_time_with_a_date_is_refused() => AssertRefused(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), "time");

    [Fact]
    public void A_named_column_of_another_type_is_refused_too()
    {
        Write("train", [1.0], column: "score");

        var error = Assert.Throws<UserException>(() => Open("score").Train());
        Assert.Contains("column score has the type double", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_with_a_path_but_no_bytes_is_explained()
    {
        new HubParquet().Write(_folder["set/train.parquet"], (Picture, "a.png", 0), (null, "b.png", 0), (null, null, 0), ([], "c.png", 0));
        (string, string)[] refused =
        [
            (
                "train.parquet#1/b.png",
                "a row with the path of an image, but without its bytes; embed the files when the dataset is exported"),
            ("train.parquet#2", "a row without an image"),
            ("train.parquet#3/c.png", "zero bytes long"),
        ];

        Assert.Equal(refused, Open().Report(Split.Train)!.Refused);
        Assert.Equal(refused, Open().Report(Split.Train)!.Refused);
    }

    [Fact]
    public void Missing_columns_and_rows_are_named()
    {
        Write<double>("train", []);
        Assert.Contains("column label has the type double", Message(), StringComparison.Ordinal);

        Write<long>("train", []);
        Assert.StartsWith("Found no images in", Message(), StringComparison.Ordinal);

        using (var writer = new ParquetFileWriter(_folder["set/train.parquet"], [new Column<long>("label"), new Column<string>("text")]))
        {
            writer.Close();
        }

        Assert.EndsWith("Its columns: label (int64), text (string)", Message(), StringComparison.Ordinal);
    }

    private void AssertLabels<T>(T label)
    {
        Write("train", [label]);
        Assert.Equal([1], Open().Train().Labels);
    }

    private void AssertRefused<T>(T label, string type, LogicalType? logical = null)
    {
        Write("train", [label], "label", logical);
        Assert.Equal(
            $"{_folder["set/train.parquet"]}: column label has the type {type}, "
                + "expected integers (class numbers) or strings (class names). "
                + "Convert it, or set dataset.labelColumn to another column",
            Message());
    }

    private void Write<T>(string split, T[] labels, string column = "label", LogicalType? logical = null)
    {
        Directory.CreateDirectory(_folder["set"]);
        Column[] columns = [new Column<byte[]>("image"), logical is null ? new Column<T>(column) : new Column<T>(column, logical)];
        using var writer = new ParquetFileWriter(_folder[$"set/{split}.parquet"], columns);
        using var group = writer.AppendRowGroup();
        using (var images = group.NextColumn().LogicalWriter<byte[]>())
        {
            images.WriteBatch([.. labels.Select(_ => Picture)]);
        }

        using (var values = group.NextColumn().LogicalWriter<T>())
        {
            values.WriteBatch(labels);
        }

        writer.Close();
    }

    private string Message() => Assert.Throws<UserException>(() => Open().Train()).Message;

    private IDataset Open(string? labelColumn = null) => DatasetCatalog.Open(
        new DatasetOptions(DatasetKind.Parquet, _folder["set"], 8, 3) { LabelColumn = labelColumn }, _ => { }, _folder["cache"]);
}
