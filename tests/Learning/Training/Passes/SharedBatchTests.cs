using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Ranks;
using Distill.Learning.Training;
using Distill.Learning.Training.Passes;
using Tests.Golden;
using Tests.Learning.Ranks;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Learning.Training.Passes;

/// <summary>Ranks that normalize one group together, against libtorch's batch norm of the whole group in one process.</summary>
[Collection(TorchTests.Name)]
public sealed class SharedBatchTests
{
    private const int Rows = 12;
    private const int Features = 5;

    [Theory]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void The_parts_of_all_ranks_are_normalized_as_one_batch(int ranks, bool maps)
    {
        var whole = Normalized(Alone.Instance, maps);
        var parts = new Result[ranks];
        ThreadRanks.Run(ranks, rank => parts[rank.Rank] = Normalized(rank, maps));

        AssertClose(whole.Outputs, [.. parts.SelectMany(part => part.Outputs)]);
        AssertClose(whole.InputGradient, [.. parts.SelectMany(part => part.InputGradient)]);
        // A rank has the gradient of its rows, and the passes sum them.
        AssertClose(whole.WeightGradient, [.. Enumerable.Range(0, 2 * Features).Select(i => parts.Sum(part => part.WeightGradient[i]))]);
        Assert.All(parts, part => AssertClose(whole.Running, part.Running));
        Assert.All(parts, part => Assert.Equal(parts[0].Running, part.Running));
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(4, false)]
    public void Ranks_that_share_a_group_have_the_gradient_of_one_process(int ranks, bool sumsRows)
    {
        var one = Differentiate(Alone.Instance, sumsRows);
        ThreadRanks.Run(ranks, rank =>
        {
            var own = Differentiate(rank, sumsRows);
            AssertClose(one.Gradients, own.Gradients);
            AssertClose(one.Statistics, own.Statistics);
            Assert.Equal(one.Loss, own.Loss, 1e-6);
        });
    }

    [Theory]
    [InlineData(2, OptimizerKind.Sgd)]
    [InlineData(4, OptimizerKind.Lars)]
    public void A_training_of_one_group_ends_alike_on_all_ranks_and_close_to_one_process(int ranks, OptimizerKind kind)
    {
        var one = Train(1, kind)[0];
        var all = Train(ranks, kind);
        Assert.All(all, weights => Assert.Equal(all[0], weights));
        Assert.All(one.Zip(all[0]), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    /// <summary>The loss of rank 1 fails while rank 0 is on the way back, where it waits for the gradient of a mean.</summary>
    [Fact]
    public void A_rank_that_runs_out_of_memory_is_known_in_the_backward_pass_of_the_others()
    {
        var faults = new Exception?[2];
        ThreadRanks.Run(2, ranks =>
        {
            using var folder = new TempFolder();
            var left = ranks.Rank == 1 ? 7 : int.MaxValue;
            using var task = new TinyTask
            {
                Ranks = ranks,
                BatchNorm = BatchNorm.Global,
                Factor = _ => Interlocked.Decrement(ref left) == 0 ? throw new InsufficientMemoryException() : 1,
            };
            faults[ranks.Rank] = Record.Exception(() => task.Run(folder, TinyTask.Options(steps: 20), TimeSpan.FromDays(1)));
        });
        Assert.All(faults, fault => Assert.StartsWith("a step of 16 images does not fit", fault!.Message, StringComparison.Ordinal));
        Assert.Equal("rank 1 ran out of memory", faults[0]!.InnerException!.Message);
    }

    [Fact]
    public void Batch_norms_need_no_other_rank_once_the_training_is_over_or_in_inference_mode()
    {
        using var scope = NewDisposeScope();
        using var network = nn.Sequential(("norm", new BatchNormalization(Features)));
        ThreadRanks.Run(2, ranks =>
        {
            if (ranks.Leads)
            {
                using (new SharedBatch(network, ranks))
                {
                    network.eval();
                    network.forward(Pattern.Uniform("x", Rows, Features));
                }

                network.train();
                network.forward(Pattern.Uniform("x", Rows, Features));
            }
        });
    }

    private static Result Normalized(IRanks ranks, bool maps)
    {
        using var scope = NewDisposeScope();
        using var norm = new BatchNormalization(Features);
        using var network = nn.Sequential(("norm", norm));
        using var batch = ranks.Count > 1 ? new SharedBatch(network, ranks) : null;
        Pattern.Fill(network);
        long[] shape = maps ? [Rows, Features, 3, 3] : [Rows, Features];
        var share = BatchShare.Of(ranks);
        // Far from zero, as before the first batch norm of a network.
        var x = Own(Pattern.Uniform("x", shape).add(20)).requires_grad_();
        var y = network.forward(x);
        y.mul(Own(Pattern.Uniform("gradient", shape))).sum().backward();
        batch?.EndBackward();
        return new Result(
            y.detach().ReadAll<float>(),
            x.grad!.ReadAll<float>(),
            [.. norm.weight!.grad!.ReadAll<float>(), .. norm.bias!.grad!.ReadAll<float>()],
            [.. norm.running_mean!.ReadAll<float>(), .. norm.running_var!.ReadAll<float>()]);

        Tensor Own(Tensor all) => all.narrow(0, share.First(Rows), share.Rows(Rows)).clone();
    }

    private static (float[] Gradients, float[] Statistics, double Loss) Differentiate(IRanks ranks, bool sumsRows)
    {
        using var scope = NewDisposeScope();
        using var task = new TinyTask { SumsRows = sumsRows };
        using var parameters = new FlatParameters(task.Network);
        var settings = new RunSettings(new Compute(CPU, false), 0, TimeSpan.Zero) { Ranks = ranks, BatchNorm = BatchNorm.Global };
        using var passes = NetworkPasses.Create(task, parameters, groups: 1, settings, note => Assert.Fail(note));
        var loss = passes.Differentiate(0, task.Inputs(0, BatchShare.Of(ranks))).ReadDouble();
        return (parameters.Gradients.ReadAll<float>(), passes.Statistics.Values.ReadAll<float>(), loss);
    }

    private static double[][] Train(int count, OptimizerKind kind)
    {
        var trained = new double[count][];
        using var folder = new TempFolder();
        ThreadRanks.Run(count, ranks =>
        {
            using var scope = NewDisposeScope();
            using var task = new TinyTask { Ranks = ranks, BatchNorm = BatchNorm.Global };
            task.Run(folder, TinyTask.Options(steps: 20, kind), TimeSpan.FromDays(1));
            trained[ranks.Rank] = [.. task.Network.state_dict().Values.SelectMany(tensor => tensor.to(float64).ReadAll<double>())];
        });
        return trained;
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        var norm = Math.Sqrt(expected.Sum(value => (double)value * value));
        var distance = Math.Sqrt(expected.Zip(actual, (a, b) => Math.Pow((double)a - b, 2)).Sum());
        Assert.Equal(expected.Length, actual.Length);
        Assert.True(distance <= 1e-5 * norm, $"the norm is {norm}, the distance {distance}");
    }

    private sealed record Result(float[] Outputs, float[] InputGradient, float[] WeightGradient, float[] Running);
}
