using Stages.Distill;
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
    public void Every_class_gets_its_share(double temperature)
    {
        using var scope = NewDisposeScope();
        var balanced_RK = ClassBalance.Equalise(Biased(), temperature);
        Assert.All(Shares(balanced_RK, temperature), share => Assert.Equal(1.0 / Classes, share, 1e-4));
        Assert.True(Shares(Biased(), temperature).Max() > 1.5 / Classes, "the logits were balanced to begin with");
    }

    [Fact]
    public void Each_class_is_shifted_by_one_constant_and_these_cancel()
    {
        using var scope = NewDisposeScope();
        var shift_RK = ClassBalance.Equalise(Biased(), 0.5).sub(Biased());
        Assert.Equal(0, shift_RK.sub(shift_RK[0]).abs().max().ToSingle(), 1e-5f);
        Assert.Equal(0, shift_RK[0].sum().ToSingle(), 1e-4f);
    }

    [Fact]
    public void It_undoes_a_bias_put_on_balanced_logits()
    {
        using var scope = NewDisposeScope();
        var fair_RK = ClassBalance.Equalise(Biased(), 1);
        var biased_RK = fair_RK.add(tensor(new[] { 2f, -1f, 0f, 0.5f, -1.5f }));
        Assert.Equal(0, ClassBalance.Equalise(biased_RK, 1).sub(fair_RK).abs().max().ToSingle(), 2e-3f);
    }

    [Fact]
    public void A_class_that_is_never_named_stays_finite()
    {
        using var scope = NewDisposeScope();
        var logits_RK = Biased();
        logits_RK[TensorIndex.Colon, 2] = -80;
        Assert.True(ClassBalance.Equalise(logits_RK, 1).isfinite().all().ToBoolean());
    }

    private static Tensor Biased()
    {
        using var generator = new Generator(7);
        return randn([Rows, Classes], generator: generator).mul(2).add(tensor(new[] { 1f, 0f, 0f, -0.5f, -1f }));
    }

    // A plain loop in double precision, independent of the tensor code.
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
