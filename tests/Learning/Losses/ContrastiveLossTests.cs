using System.Globalization;
using Distill.Learning.Losses;
using Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Losses;

[Collection(TorchTests.Name)]
public sealed class ContrastiveLossTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void Loss_is_equation_1_of_the_paper(double temperature)
    {
        using var scope = NewDisposeScope();
        var z = Pattern.Uniform("rows", 12, 7);
        Assert.Equal(Slow(z, temperature), ContrastiveLoss.NtXent(z, temperature).ToDouble(), 1e-5);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void Value_and_gradient_equal_PyTorchs(double temperature)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("losses");
        var z = Pattern.Uniform("z", 10, 6).requires_grad_();
        var loss = ContrastiveLoss.NtXent(z, temperature);
        loss.backward();
        var name = "ntxent/" + temperature.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(golden[name].ToDouble(), loss.ToDouble(), 1e-5);
        Close.Relatively(golden[name + "/gradient"], z.grad!, 1e-5);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(10)]
    public void Equal_projections_give_the_loss_of_a_guess(int rows)
    {
        using var scope = NewDisposeScope();
        var z = Pattern.Uniform("row", 1, 8).expand(rows, 8);
        Assert.Equal(Math.Log(rows - 1), ContrastiveLoss.NtXent(z, 0.1).ToDouble(), 1e-5);
    }

    [Fact]
    public void Orthogonal_pairs_have_a_closed_form()
    {
        using var scope = NewDisposeScope();
        var z = cat([eye(5), eye(5)]);
        Assert.Equal(Math.Log(1 + 8 * Math.Exp(-2)), ContrastiveLoss.NtXent(z, 0.5).ToDouble(), 1e-5);
    }

    [Fact]
    public void Keys_are_further_negatives_of_every_row()
    {
        using var scope = NewDisposeScope();
        var z = cat([eye(5), eye(5)]);
        // One key has the direction of the first pair, and two keys are zero.
        var keys = eye(5).narrow(0, 0, 1).expand(3, 5).mul(tensor(new[] { 1f, 0f, 0f }, [3, 1]));
        var first = Math.Log(1 + (8 + Math.Exp(2) + 2) * Math.Exp(-2));
        var others = Math.Log(1 + (8 + 3) * Math.Exp(-2));
        Assert.Equal((first + 4 * others) / 5, ContrastiveLoss.NtXent(z, 0.5, keys).ToDouble(), 1e-5);
    }

    [Fact]
    public void No_gradient_flows_into_the_keys()
    {
        using var scope = NewDisposeScope();
        var z = Pattern.Uniform("rows", 8, 4).requires_grad_();
        var keys = Pattern.Uniform("keys", 6, 4).requires_grad_();
        ContrastiveLoss.NtXent(z, 0.2, keys).backward();
        Assert.Null(keys.grad);
        Assert.NotNull(z.grad);
    }

    [Fact]
    public void Loss_depends_on_the_pairs_but_not_on_their_order()
    {
        using var scope = NewDisposeScope();
        var z = Pattern.Uniform("rows", 12, 7);
        var loss = ContrastiveLoss.NtXent(z, 0.2).ToDouble();
        var shuffled = z.index_select(0, tensor(new long[] { 4, 2, 0, 5, 1, 3, 10, 8, 6, 11, 7, 9 }));
        Assert.Equal(loss, ContrastiveLoss.NtXent(shuffled, 0.2).ToDouble(), 1e-5);
        var misPaired = z.index_select(0, tensor(new long[] { 1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 }));
        Assert.True(Math.Abs(loss - ContrastiveLoss.NtXent(misPaired, 0.2).ToDouble()) > 1e-3);
    }

    [Fact]
    public void Second_views_may_have_another_order()
    {
        using var scope = NewDisposeScope();
        var z = Pattern.Uniform("rows", 8, 7);
        var moved = z.index_select(0, tensor(new long[] { 0, 1, 2, 3, 6, 4, 7, 5 }));
        var positive = tensor(new long[] { 5, 7, 4, 6, 2, 0, 3, 1 });
        Assert.Equal(ContrastiveLoss.NtXent(z, 0.2).ToDouble(), ContrastiveLoss.NtXent(moved, 0.2, positive_M: positive).ToDouble(), 1e-6);
    }

    [Fact]
    public void Loss_is_independent_of_the_length_of_projections()
    {
        using var scope = NewDisposeScope();
        var z = Pattern.Uniform("rows", 12, 7);
        var lengths = Pattern.Uniform("lengths", 12, 1).add(1.5);
        Assert.Equal(ContrastiveLoss.NtXent(z, 0.1).ToDouble(), ContrastiveLoss.NtXent(z.mul(lengths), 0.1).ToDouble(), 1e-5);
    }

    [Fact]
    public void Loss_is_fp32_for_any_input_type()
    {
        using var scope = NewDisposeScope();
        var z = Pattern.Uniform("rows", 12, 7).to(ScalarType.BFloat16);
        var loss = ContrastiveLoss.NtXent(z, 0.1);
        Assert.Equal(ScalarType.Float32, loss.dtype);
        Assert.Equal(Slow(z.to(ScalarType.Float32), 0.1), loss.ToDouble(), 1e-5);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public void Odd_or_too_few_rows_are_refused(int rows)
    {
        using var scope = NewDisposeScope();
        var message = Assert.Throws<ArgumentException>(() => ContrastiveLoss.NtXent(zeros(rows, 3), 0.1)).Message;
        Assert.StartsWith($"found {rows} rows, expected two views of at least two images", message, StringComparison.Ordinal);
    }

    /// <summary>Computes the paper's equation for one pair of rows at a time.</summary>
    private static double Slow(Tensor z_MP, double temperature)
    {
        var (rows, length) = ((int)z_MP.shape[0], (int)z_MP.shape[1]);
        var values = z_MP.data<float>().ToArray();
        double Dot(int i, int j) => Enumerable.Range(0, length).Sum(p => (double)values[i * length + p] * values[j * length + p]);
        double Similarity(int i, int j) => Dot(i, j) / Math.Sqrt(Dot(i, i) * Dot(j, j)) / temperature;
        var sum = 0.0;
        for (var i = 0; i < rows; i++)
        {
            var all = Enumerable.Range(0, rows).Where(j => j != i).Sum(j => Math.Exp(Similarity(i, j)));
            var partner = i < rows / 2 ? i + rows / 2 : i - rows / 2;
            sum -= Math.Log(Math.Exp(Similarity(i, partner)) / all);
        }

        return sum / rows;
    }
}
