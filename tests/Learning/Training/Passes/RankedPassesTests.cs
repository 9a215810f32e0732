using Distill.Learning.Arithmetic;
using Distill.Learning.Optimizers;
using Distill.Learning.Ranks;
using Distill.Learning.Training;
using Distill.Learning.Training.Passes;
using Tests.Learning.Ranks;
using static TorchSharp.torch;

namespace Tests.Learning.Training.Passes;

[Collection(TorchTests.Name)]
public sealed class RankedPassesTests
{
    private static readonly Compute Cpu = new(CPU, false);

    [Theory]
    [InlineData(2, 2, false)]
    [InlineData(2, 2, true)]
    [InlineData(2, 6, false)]
    [InlineData(2, 6, true)]
    [InlineData(4, 4, false)]
    [InlineData(4, 8, true)]
    [InlineData(8, 8, false)]
    public void Ranks_give_the_bits_of_one_process_with_the_same_groups(int ranks, int groups, bool sumsRows)
    {
        var one = Alone(groups, sumsRows);
        ThreadRanks.Run(ranks, rank =>
        {
            var own = Differentiate(rank, groups, sumsRows);
            Assert.Equal(one.Gradients, own.Gradients);
            Assert.Equal(one.Statistics, own.Statistics);
            Assert.Equal(one.Loss, own.Loss, 1e-6);
        });
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(3, 6)]
    [InlineData(5, 5)]
    public void Other_numbers_of_ranks_differ_in_rounding_only(int ranks, int groups)
    {
        var one = Alone(groups, sumsRows: false);
        var norm = Math.Sqrt(one.Gradients.Sum(value => (double)value * value));
        ThreadRanks.Run(ranks, rank =>
        {
            var own = Differentiate(rank, groups, sumsRows: false);
            var distance = Math.Sqrt(one.Gradients.Zip(own.Gradients, (a, b) => Math.Pow((double)a - b, 2)).Sum());
            Assert.True(distance <= 1e-6 * norm, $"the gradient has the norm {norm}, and differs by {distance}");
        });
    }

    private static (float[] Gradients, float[] Statistics, double Loss) Alone(int groups, bool sumsRows)
    {
        (float[], float[], double) result = default;
        ThreadRanks.Run(1, _ => result = Differentiate(global::Distill.Learning.Ranks.Alone.Instance, groups, sumsRows));
        return result;
    }

    private static (float[] Gradients, float[] Statistics, double Loss) Differentiate(IRanks ranks, int groups, bool sumsRows)
    {
        using var scope = NewDisposeScope();
        // Every whole number of groups up to 8 has as many rows in each.
        using var task = new TinyTask { SumsRows = sumsRows, Rows = 240 };
        using var parameters = new FlatParameters(task.Network);
        var settings = new RunSettings(Cpu, 0, TimeSpan.Zero, GradientCache: GradientCache.Off) { Ranks = ranks };
        using var passes = NetworkPasses.Create(task, parameters, groups, settings, note => Assert.Fail(note));
        var loss = passes.Differentiate(0, task.Inputs(0, BatchShare.Of(ranks))).ReadDouble();
        return (parameters.Gradients.ReadAll<float>(), passes.Statistics.Values.ReadAll<float>(), loss);
    }
}
