using Distill.Datasets.Images;
using Distill.Imaging.SoftTargets;
using ParquetSharp;
using Tests.Golden;
using Tests.Learning;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Imaging.SoftTargets;

/// <summary>Compares files of the k largest logits with what Apache Arrow reads, and tests their size and what is rejected.</summary>
[Collection(TorchTests.Name)]
public sealed class TopTargetFileTests : IDisposable
{
    private const int Classes = 7;
    private const int K = 3;

    private static readonly Dictionary<string, string> Metadata = new() { ["teacher"] = "finetune" };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Arrow_reads_columns_values_and_metadata()
    {
        var rows = Rows(Logits(20, Classes), K);
        using var file = new ParquetFileReader(Write("a.parquet", rows, K));

        Assert.Equal(
            [
                "image", "view", "crop_top", "crop_left", "crop_height", "crop_width", "flipped",
                "logits.list.element", "classes.list.element", "rest",
            ],
            Enumerable.Range(0, file.FileMetaData.NumColumns).Select(i => file.FileMetaData.Schema.Column(i).Path.ToDotString()));
        Assert.Equal("3", file.FileMetaData.KeyValueMetadata["topK"]);
        Assert.Equal("finetune", file.FileMetaData.KeyValueMetadata["teacher"]);

        using var group = file.RowGroup(0);

        Assert.Equal(rows.Select(row => row.Image), Column<int>(group, 0));
        Assert.Equal(rows.Select(row => row.Logits), Column<float[]>(group, 7));
        Assert.Equal(rows.Select(row => row.TopClasses), Column<int[]>(group, 8));
        Assert.Equal(rows.Select(row => row.Rest), Column<float>(group, 9));
    }

    [Fact]
    public void Row_has_the_largest_logits_and_the_log_sum_exp_of_the_rest()
    {
        var logits = Logits(20, Classes);
        foreach (var (row, all) in Rows(logits, K).Zip(logits.Chunk(Classes)))
        {
            var order = Enumerable.Range(0, Classes).OrderByDescending(c => all[c]).ToArray();
            Assert.Equal(order[..K], row.TopClasses);
            Assert.Equal(order[..K].Select(c => all[c]), row.Logits);
            Assert.Equal(Math.Log(order[K..].Sum(c => Math.Exp(all[c]))), row.Rest, 1e-6);
        }
    }

    [Fact]
    public void Table_keeps_k_logits_per_row()
    {
        var rows = Rows(Logits(20, Classes), K);
        Write("b.parquet", rows[12..], K);
        Write("a.parquet", rows[..12], K);
        var table = SoftTargetTable.Read(_folder.Path, Classes, 20);

        Assert.Equal((Classes, K, K, 20), (table.Classes, table.TopK, table.Width, table.Count));

        Same(rows, table);
    }

    [Fact]
    public void Ten_of_1000_logits_take_less_than_2_percent_of_the_space()
    {
        const int classes = 1000;
        const int k = 10;
        var logits = Logits(2000, classes);
        var whole = new FileInfo(Write("whole.parquet", Rows(logits, 0), 0)).Length;
        var top = new FileInfo(Write("top/a.parquet", Rows(logits, k), k)).Length;

        Assert.True(top < 0.02 * whole, $"{top} bytes of {whole}, {100.0 * top / whole:f2} %");

        var table = SoftTargetTable.Read(_folder["top"], classes, 2000);
        for (var row = 0; row < table.Count; row++)
        {
            var all = logits.AsSpan(row * classes, classes).ToArray().Select(logit => Math.Exp(logit)).ToArray();
            var kept = table.Logits.GetRange(row * k, k).Sum(logit => Math.Exp(logit));
            var expected = table.TopClasses.GetRange(row * k, k).Sum(c => all[c]) / all.Sum();
            Assert.Equal(expected, kept / (kept + Math.Exp(table.Rest[row])), 1e-6);
        }
    }

    [Fact]
    public void Same_rows_give_the_same_bytes()
    {
        var rows = Rows(Logits(20, Classes), K);
        Assert.Equal(File.ReadAllBytes(Write("a.parquet", rows, K)), File.ReadAllBytes(Write("b.parquet", rows, K)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Files_of_two_forms_are_rejected(int topK)
    {
        Write("a.parquet", Rows(Logits(20, Classes), K), K);
        var second = Write("b.parquet", Rows(Logits(20, Classes), topK), topK);
        AssertRejected(second, "the files before it contain the 3 largest logits per row");
    }

    [Theory]
    [InlineData("7", "topK = \"7\", expected an integer from 1 to 6")]
    [InlineData("0", "topK = \"0\"")]
    [InlineData("three", "topK = \"three\"")]
    public void Impossible_k_is_rejected(string topK, string message) =>
        AssertRejected(Write("a.parquet", Rows(Logits(20, Classes), 0), 0, topK), message);

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    public void K_that_differs_from_the_rows_is_rejected(int topK) =>
        AssertRejected(
            Write("a.parquet", Rows(Logits(20, Classes), K), topK),
            $"row group 0 does not contain {topK} logits of one of 20 images per row");

    [Theory]
    [InlineData(0, 7)]
    [InlineData(1, -1)]
    [InlineData(2, null)]
    public void Unknown_or_repeated_class_is_rejected(int place, int? number)
    {
        var rows = Rows(Logits(20, Classes), K);
        rows[5].TopClasses![place] = number ?? rows[5].TopClasses![0];
        AssertRejected(Write("a.parquet", rows, K), "row group 0 does not contain 3 different ones of 7 classes per row");
    }

    [Fact]
    public void Rows_of_different_lengths_are_rejected()
    {
        var rows = Rows(Logits(20, Classes), K);
        rows[3] = rows[3] with { TopClasses = [0, 1] };
        rows[4] = rows[4] with { TopClasses = [0, 1, 2, 3] };
        AssertRejected(Write("a.parquet", rows, K), "different ones of 7 classes");
    }

    [Fact]
    public void File_of_k_logits_without_classes_is_rejected() =>
        AssertRejected(Write("a.parquet", Rows(Logits(20, K), 0, classes: K), 0, "3"), "does not have the column classes");

    private static void Same(List<SoftTargetRow> rows, SoftTargetTable table)
    {
        Assert.Equal(rows.Select(row => row.Image), table.Images);
        Assert.Equal(rows.Select(row => row.Crop), table.Crops);
        Assert.Equal(rows.SelectMany(row => row.Logits), table.Logits);
        Assert.Equal(rows.SelectMany(row => row.TopClasses!), table.TopClasses);
        Assert.Equal(rows.Select(row => row.Rest), table.Rest);
    }

    private void AssertRejected(string path, string message)
    {
        var thrown = Assert.Throws<InvalidDataException>(() => SoftTargetTable.Read(_folder.Path, Classes, 20));
        Assert.StartsWith($"{path}: ", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(message, thrown.Message, StringComparison.Ordinal);
    }

    private static float[] Logits(int rows, int classes)
    {
        using var scope = NewDisposeScope();
        return Pattern.Uniform("top", rows, classes).mul(6).data<float>().ToArray();
    }

    private static List<SoftTargetRow> Rows(float[] logits, int topK, int classes = 0)
    {
        using var scope = NewDisposeScope();
        classes = classes > 0 ? classes : logits.Length % 1000 == 0 ? 1000 : Classes;
        var rows = logits.Length / classes;
        return SoftTargetRows.FromLogits(
            [.. Enumerable.Range(0, rows).Select(i => (i, 0))],
            [.. Enumerable.Range(0, rows).Select(i => new Crop(MathF.Sqrt(i) / 50, i / 4000f, 1 / (1 + i / 7f), 0.5f, i % 3 == 0))],
            tensor(logits, [rows, classes]),
            topK);
    }

    private static T[] Column<T>(RowGroupReader group, int index)
    {
        using var column = group.Column(index).LogicalReader<T>();
        return column.ReadAll(checked((int)group.MetaData.NumRows));
    }

    private string Write(string name, IReadOnlyList<SoftTargetRow> rows, int topK, string? claim = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        var metadata = claim is null ? Metadata : new Dictionary<string, string> { ["topK"] = claim };
        SoftTargetWriter.Write(_folder[name], [rows], metadata, topK);
        return _folder[name];
    }
}
