using System.Security.Cryptography;
using Distill.Datasets.Images;
using Distill.Imaging.SoftTargets;
using Distill.Pipeline.Options;
using ParquetSharp;
using Tests.Pipeline;

namespace Tests.Imaging.SoftTargets;

/// <summary>Compares files of soft targets with what Apache Arrow reads from them.</summary>
public sealed class SoftTargetFileTests : IDisposable
{
    private const int Classes = 3;

    private static readonly Dictionary<string, string> Metadata = new() { ["teacher"] = "finetune", ["classes"] = "3" };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Arrow_reads_columns_values_and_metadata()
    {
        var groups = Groups();
        using var file = new ParquetFileReader(Write("a.parquet", groups));

        Assert.Equal(
            ["image", "view", "crop_top", "crop_left", "crop_height", "crop_width", "flipped", "logits.list.element"],
            Enumerable.Range(0, file.FileMetaData.NumColumns).Select(i => file.FileMetaData.Schema.Column(i).Path.ToDotString()));
        Assert.Equal("finetune", file.FileMetaData.KeyValueMetadata["teacher"]);
        Assert.Equal("3", file.FileMetaData.KeyValueMetadata["classes"]);
        Assert.Equal(groups.Length, file.FileMetaData.NumRowGroups);

        for (var i = 0; i < groups.Length; i++)
        {
            using var group = file.RowGroup(i);
            Assert.Equal(groups[i].Select(row => row.Image), Column<int>(group, 0));
            Assert.Equal(groups[i].Select(row => row.View), Column<int>(group, 1));
            SameBits(groups[i].Select(row => row.Crop.Top), Column<float>(group, 2));
            SameBits(groups[i].Select(row => row.Crop.Left), Column<float>(group, 3));
            SameBits(groups[i].Select(row => row.Crop.Height), Column<float>(group, 4));
            SameBits(groups[i].Select(row => row.Crop.Width), Column<float>(group, 5));
            Assert.Equal(groups[i].Select(row => row.Crop.Flipped), Column<bool>(group, 6));
            var logits = Column<float[]>(group, 7);
            Assert.Equal(groups[i].Length, logits.Length);
            SameBits(groups[i].SelectMany(row => row.Logits), logits.SelectMany(row => row));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Logits_that_are_not_finite_are_refused_and_no_file_appears(float logit)
    {
        var groups = Groups();
        var last = groups[^1][^1];
        groups[^1][^1] = last with { Logits = [.. last.Logits[..^1], logit] };
        var message = Assert.Throws<UserException>(() => Write("a.parquet", groups)).Message;
        Assert.StartsWith(
            $"found NaN or infinite logits of the teacher for view {last.View} of training image {last.Image}, expected finite ones.",
            message,
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Table_has_all_files_in_the_order_of_their_names()
    {
        var groups = Groups();
        Write("b.parquet", groups[1..]);
        Write("a.parquet", groups[..1]);
        var rows = groups.SelectMany(group => group).ToArray();
        var table = SoftTargetTable.Read(_folder.Path, Classes, 100);

        Assert.Equal(rows.Length, table.Count);
        Assert.Equal(rows.Select(row => row.Image), table.Images);
        Assert.Equal(rows.Select(row => row.Crop), table.Crops);

        SameBits(rows.SelectMany(row => row.Logits), table.Logits);
    }

    [Fact]
    public void Same_rows_give_the_same_bytes()
    {
        var reversed = Metadata.Reverse().ToDictionary();
        var first = File.ReadAllBytes(Write("a.parquet", Groups()));
        Assert.Equal(first, File.ReadAllBytes(Write("b.parquet", Groups(), reversed)));
    }

    // Pinned, so that unintended changes show. A new version of Parquet.Net may change them; update the hash in a commit of its own.
    [Fact]
    public void Bytes_of_whole_targets_are_pinned() => Assert.Equal(
        "B6BE19E84EC2842ADD31BC363F172D78E4B3270B035BEF53C00F002AA24FC9A0",
        Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Write("a.parquet", Groups())))));

    [Theory]
    [InlineData(4, 100)]
    [InlineData(2, 100)]
    [InlineData(1, 100)]
    [InlineData(6, 100)]
    [InlineData(3, 10)]
    public void Wrong_number_of_classes_or_images_is_rejected(int classes, int images)
    {
        var path = Write("a.parquet", Groups());
        var thrown = Assert.Throws<InvalidDataException>(() => SoftTargetTable.Read(_folder.Path, classes, images));
        Assert.StartsWith($"{path}: ", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_without_soft_targets_is_rejected() =>
        Assert.Contains(
            _folder.Path,
            Assert.Throws<InvalidDataException>(() => SoftTargetTable.Read(_folder.Path, 3, 100)).Message,
            StringComparison.Ordinal);

    private static SoftTargetRow[][] Groups() =>
    [
        .. Enumerable.Range(0, 30).Select(i => new SoftTargetRow(
                i / 2,
                i % 2,
                new Crop(MathF.Sqrt(i) / 20, i / 77f, 1 / (1 + i / 7f), float.BitDecrement(1), i % 3 == 0),
                [MathF.Sin(i), -1e-20f * i, 1e8f / (i + 1)]))
            .Chunk(12),
    ];

    private static T[] Column<T>(RowGroupReader group, int index)
    {
        using var column = group.Column(index).LogicalReader<T>();
        return column.ReadAll(checked((int)group.MetaData.NumRows));
    }

    private static void SameBits(IEnumerable<float> expected, IEnumerable<float> actual) =>
        Assert.Equal(expected.Select(BitConverter.SingleToUInt32Bits), actual.Select(BitConverter.SingleToUInt32Bits));

    private string Write(string name, SoftTargetRow[][] groups, Dictionary<string, string>? metadata = null)
    {
        SoftTargetWriter.Write(_folder[name], groups, metadata ?? Metadata);
        return _folder[name];
    }
}
