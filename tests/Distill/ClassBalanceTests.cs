using Distill.Distill;
using Tests.Golden;
using Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Distill;

[Collection(TorchTests.Name)]
public sealed class ClassBalanceTests
{
    private const int Rows = 400;
    private const int Classes = 5;

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    [InlineData(0.1)]
    public void Balanced_classes_have_equal_mean_probability(double temperature)
    {
        using var scope = NewDisposeScope();
        var balanced_RK = Balance(Biased(), temperature);
        Assert.All(Shares(balanced_RK, temperature), share => Assert.Equal(1.0 / Classes, share, 1e-4));
        Assert.True(Shares(Biased(), temperature).Max() > 1.5 / Classes, "the logits were balanced to begin with");
    }

    [Fact]
    public void Shifts_are_one_constant_per_class_with_mean_zero()
    {
        using var scope = NewDisposeScope();
        var shift_RK = Balance(Biased(), 0.5).sub(Biased());
        Assert.Equal(0, shift_RK.sub(shift_RK[0]).abs().max().ToSingle(), 1e-5f);
        Assert.Equal(0, shift_RK[0].sum().ToSingle(), 1e-4f);
    }

    [Fact]
    public void Bias_on_balanced_logits_is_undone()
    {
        using var scope = NewDisposeScope();
        var fair_RK = Balance(Biased(), 1);
        var biased_RK = fair_RK.add(tensor(new[] { 2f, -1f, 0f, 0.5f, -1.5f }));
        Assert.Equal(0, Balance(biased_RK, 1).sub(fair_RK).abs().max().ToSingle(), 2e-3f);
    }

    [Fact]
    public void Class_of_probability_zero_keeps_finite_logits()
    {
        using var scope = NewDisposeScope();
        var logits_RK = Biased();
        logits_RK[TensorIndex.Colon, 2] = -80;
        Assert.True(Balance(logits_RK, 1).isfinite().all().ToBoolean());
    }

    [Fact]
    public void Shifts_do_not_depend_on_the_chunk_size()
    {
        using var scope = NewDisposeScope();
        var whole = new InMemory(Biased());
        var chunked = new InMemory(Biased(), 150);
        Close.To(ClassBalance.Shifts(whole, 0.5), ClassBalance.Shifts(chunked, 0.5), 1e-12);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.3)]
    public void Shifted_logits_equal_the_dense_formula_to_the_bit(double temperature)
    {
        using var scope = NewDisposeScope();
        var whole = new InMemory(Biased());
        var shift_K = ClassBalance.Shifts(whole, temperature);
        var rows_N = tensor(new long[] { 3, 399, 0, 77, 3 });
        Close.Exactly(
            Dense(Biased(), temperature).index_select(0, rows_N), ClassBalance.Apply(Biased().index_select(0, rows_N), shift_K));
    }

    /// <summary>The same computation on the whole matrix at once.</summary>
    private static Tensor Dense(Tensor logits_RK, double temperature)
    {
        var scaled_RK = logits_RK.to_type(ScalarType.Float64).div_(temperature);
        var shift_K = zeros(Classes, ScalarType.Float64);
        for (var round = 0; round < 200; round++)
        {
            var share_K = scaled_RK.add(shift_K).softmax(dim: 1).mean([0L]).mul_(Classes);
            if (share_K.sub(1).abs().max().ToDouble() < 1e-4)
            {
                break;
            }

            shift_K.sub_(share_K.clamp_min(1e-9).log());
        }

        shift_K.sub_(shift_K.mean());
        return logits_RK.add(shift_K.mul_(temperature)).to_type(ScalarType.Float32);
    }

    private static Tensor Balance(Tensor logits_RK, double temperature)
    {
        var logits = new InMemory(logits_RK.clone());
        return ClassBalance.Apply(logits_RK, ClassBalance.Shifts(logits, temperature));
    }

    private static Tensor Biased()
    {
        using var generator = new Generator(7);
        return randn([Rows, Classes], generator: generator).mul(2).add(tensor(new[] { 1f, 0f, 0f, -0.5f, -1f }));
    }

    // A plain loop in fp64, independent of the tensor code.
    private static double[] Shares(Tensor logits_RK, double temperature)
    {
        var logits = logits_RK.data<float>().ToArray();
        var shares = new double[Classes];
        foreach (var row in logits.Chunk(Classes))
        {
            var odds = row.Select(logit => Math.Exp((logit - row.Max()) / temperature)).ToArray();
            for (var k = 0; k < Classes; k++)
            {
                shares[k] += odds[k] / odds.Sum() / Rows;
            }
        }

        return shares;
    }
}
