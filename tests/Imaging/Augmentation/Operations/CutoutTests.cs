using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Randomness;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Imaging.Augmentation.Operations;

[Collection(TorchTests.Name)]
public sealed class CutoutTests
{
    private const int Count = 400;

    private static readonly RandomKey[] Keys = [.. Enumerable.Range(0, Count).Select(i => RandomKey.FromSeed(5).Fold("squares").Fold(i))];

    [Theory]
    [InlineData(20, 20)]
    [InlineData(20, 30)]
    public void Square_has_the_configured_size_and_is_inside_the_image(int height, int width)
    {
        using var scope = NewDisposeScope();
        var squares = Squares(new Cutout(1, (0.25, 0.5), 0.5).Apply(ones(Count, 3, height, width), Keys));

        // Every square is complete: as many rows as columns, and all between the first and the last are set.
        Assert.All(squares, square =>
        {
            Assert.Equal(square.Rows, square.Columns);
            Assert.Equal(square.Rows * square.Columns, square.Area);
            Assert.Equal(square.Rows, square.LastRow - square.Row + 1);
            Assert.Equal(square.Columns, square.LastColumn - square.Column + 1);
        });
        Assert.Equal([5, 6, 7, 8, 9, 10], squares.Select(square => square.Rows).Distinct().Order());
        Assert.Contains(squares, square => square.Row == 0);
        Assert.Contains(squares, square => square.LastRow == height - 1);
        Assert.Contains(squares, square => square.Column == 0);
        Assert.Contains(squares, square => square.LastColumn == width - 1);
    }

    [Fact]
    public void Cutout_has_its_probability_and_value_and_keeps_the_rest()
    {
        using var scope = NewDisposeScope();
        var cut = new Cutout(0.5, (0.3, 0.3), 0.25).Apply(ones(Count, 1, 20, 20), Keys);
        Assert.InRange(cut.amin([1L, 2L, 3L]).eq(0.25).to_type(ScalarType.Float32).mean().ToSingle(), 0.4f, 0.6f);
        Assert.True(cut.eq(1).logical_or(cut.eq(0.25)).all().ToBoolean());
    }

    private static (int Area, int Rows, int Columns, int Row, int LastRow, int Column, int LastColumn)[] Squares(Tensor cut_NCHW)
    {
        var pixels = cut_NCHW.eq(0.5).all(1);
        return [.. Enumerable.Range(0, Count).Select(i =>
        {
            var rows = Set(pixels[i].any(1));
            var columns = Set(pixels[i].any(0));
            return ((int)pixels[i].sum().ToInt64(), rows.Length, columns.Length, rows[0], rows[^1], columns[0], columns[^1]);
        })];
    }

    private static int[] Set(Tensor line) =>
        [.. line.data<bool>().ToArray().Select((set, i) => (set, i)).Where(p => p.set).Select(p => p.i)];
}
