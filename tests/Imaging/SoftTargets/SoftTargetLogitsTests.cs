using Distill.Datasets.Images;
using Distill.Imaging.SoftTargets;
using Tests.Golden;
using Tests.Learning;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Imaging.SoftTargets;

/// <summary>Tests the expansion of stored logits to all classes.</summary>
[Collection(TorchTests.Name)]
public sealed class SoftTargetLogitsTests
{
    private const int Rows = 30;
    private const int Classes = 6;

    private static readonly int[] All = [.. Enumerable.Range(0, Rows)];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void Temperature_1_keeps_the_k_and_divides_the_rest_equally(int k)
    {
        using var scope = NewDisposeScope();
        using var logits = Stored(k);
        var actual_RK = logits.Take(All).softmax(1);
        var expected_RK = Teacher().softmax(1);
        var (top_Rk, classes_Rk) = expected_RK.topk(k, 1);

        Close.To(top_Rk, actual_RK.gather(1, classes_Rk), 1e-6);

        var others_R1 = expected_RK.sum(1, true).sub(top_Rk.sum(1, true)).div(Classes - k);
        var isOther_RK = ones([Rows, Classes], ScalarType.Bool).scatter(1, classes_Rk, zeros([Rows, k], ScalarType.Bool));

        Close.To(others_R1.expand(Rows, Classes).masked_select(isOther_RK), actual_RK.masked_select(isOther_RK), 1e-6);
    }

    [Fact]
    public void Storing_all_but_one_class_loses_nothing()
    {
        using var scope = NewDisposeScope();
        using var logits = Stored(Classes - 1);
        Close.To(Teacher(), logits.Take(All), 1e-6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Rows_come_in_the_requested_order(int k)
    {
        using var scope = NewDisposeScope();
        using var logits = Stored(k);

        Assert.Equal((Rows, Classes), (logits.Count, logits.Classes));

        var all_RK = logits.Range(0, Rows);

        Assert.Equal(ScalarType.Float32, all_RK.dtype);

        int[] rows_N = [29, 4, 4, 0];

        Close.Exactly(all_RK.index_select(0, tensor([.. rows_N.Select(row => (long)row)])), logits.Take(rows_N));
        Close.Exactly(all_RK.narrow(0, 7, 5), logits.Range(7, 5));
    }

    [Fact]
    public void Whole_rows_have_the_bits_of_the_teacher()
    {
        using var scope = NewDisposeScope();
        using var logits = Stored(0);
        Close.Exactly(Teacher(), logits.Take(All));
    }

    [Fact]
    public void K_must_be_less_than_the_number_of_classes()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentOutOfRangeException>(() => Stored(Classes));
    }

    private static Tensor Teacher() => Pattern.Uniform("teacher", Rows, Classes).mul(4);

    /// <summary>Writes the logits to a Parquet file and reads them back.</summary>
    private static SoftTargetRowFile Stored(int k)
    {
        using var folder = new TempFolder();
        var rows = SoftTargetRows.FromLogits(
            [.. Enumerable.Range(0, Rows).Select(i => (i, 0))], [.. Enumerable.Repeat(Crop.Whole, Rows)], Teacher(), k);
        SoftTargetWriter.Write(folder["a.parquet"], [rows], new Dictionary<string, string>(), k);
        return SoftTargetRowFile.Create(folder.Path, SoftTargetTable.Groups(folder.Path, Classes, Rows), _ => true, CPU);
    }
}
