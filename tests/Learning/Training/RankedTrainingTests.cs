using Distill.Learning.Arithmetic;
using Distill.Learning.Optimizers;
using Distill.Learning.Ranks;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Tests.Learning.Ranks;
using Tests.Learning.Training.Passes;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Learning.Training;

/// <summary>Trains with several ranks, which are threads here. Each has its own network, and rank 0 the folder.</summary>
[Collection(TorchTests.Name)]
public sealed class RankedTrainingTests : IDisposable
{
    private const int Steps = 20;
    private const int Groups = 4;

    private readonly TempFolder _folder = new();
    private readonly TempFolder _other = new();

    public void Dispose()
    {
        _folder.Dispose();
        _other.Dispose();
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW, false)]
    [InlineData(OptimizerKind.Sgd, true)]
    [InlineData(OptimizerKind.Lars, false)]
    public void Any_number_of_ranks_ends_in_the_same_bits(OptimizerKind kind, bool sumsRows)
    {
        var one = Train(1, _ => new TinyTask { SumsRows = sumsRows }, _folder, kind)[0];
        foreach (var ranks in new[] { 2, 4 })
        {
            using var folder = new TempFolder();
            Assert.All(Train(ranks, rank => new TinyTask { SumsRows = sumsRows, Ranks = rank }, folder, kind), one.AssertEqual);
        }
    }

    [Fact]
    public void A_stop_of_one_rank_stops_all_and_another_number_of_ranks_resumes_to_the_same_bits()
    {
        var uncut = Train(1, _ => new TinyTask(), _other)[0];
        using var cut = new CancellationTokenSource();
        ThreadRanks.Run(4, ranks =>
        {
            var stops = ranks.Rank == 2;
            using var task = new TinyTask { Ranks = ranks, Before = step => CancelAt(step, stops) };
            var error = Assert.ThrowsAny<OperationCanceledException>(() => Run(task, stops ? cut.Token : CancellationToken.None));
            Assert.Equal(stops, error is not StoppedElsewhereException);
            Assert.False(ranks.IsTraining);
        });
        Assert.Equal(8, TinyTask.Checkpoints(_folder).LoadNewest()!.Step);

        var steps = new List<long>();
        var resumed = Train(2, ranks => new TinyTask { Ranks = ranks, Before = ranks.Leads ? steps.Add : _ => { } }, _folder);
        Assert.All(resumed, uncut.AssertEqual);
        Assert.Equal(Enumerable.Range(8, 12).Select(step => (long)step), steps);

        void CancelAt(long step, bool stops)
        {
            if (stops && step == 7)
            {
                cut.Cancel();
            }
        }
    }

    [Fact]
    public void Only_the_leader_saves_reports_and_measures()
    {
        var (saves, reports, measurements) = (new int[2], new int[2], new int[2]);
        ThreadRanks.Run(2, ranks =>
        {
            using var task = new TinyTask
            {
                Ranks = ranks,
                Saved = _ => saves[ranks.Rank]++,
                Measured = () => measurements[ranks.Rank]++,
            };
            Run(task);
            reports[ranks.Rank] = task.View.Lines.Count;
        });
        Assert.Equal([1, 0], saves);
        Assert.Equal([Steps, 0], reports);
        Assert.Equal([10, 0], measurements);
    }

    [Theory]
    [InlineData(0, true, true)]
    [InlineData(1, true, false)]
    [InlineData(0, false, false)]
    [InlineData(1, false, true)]
    public void All_ranks_repeat_a_step_in_which_one_ran_out_of_memory(int poor, bool inLoss, bool sumsRows)
    {
        var uncut = Train(1, _ => new TinyTask { SumsRows = sumsRows }, _other)[0];
        var trained = Train(2, ranks =>
        {
            var left = ranks.Rank == poor ? 7 : int.MaxValue;
            return new TinyTask
            {
                SumsRows = sumsRows,
                Ranks = ranks,
                Factor = step => inLoss && Interlocked.Decrement(ref left) == 0 ? throw new InsufficientMemoryException() : 1,
                Wrap = network => inLoss ? network : new FailingModule(network, Fault),
            };

            Exception? Fault() => Interlocked.Decrement(ref left) == 0 ? new InsufficientMemoryException() : null;
        }, _folder);
        Assert.All(trained, uncut.AssertEqual);
    }

    [Fact]
    public void All_ranks_skip_a_step_whose_loss_is_not_finite()
    {
        var one = Train(1, _ => new TinyTask { Factor = Bad }, _other)[0];
        Assert.All(Train(2, ranks => new TinyTask { Ranks = ranks, Factor = Bad }, _folder), one.AssertEqual);

        static double Bad(long step) => step is 3 or 9 ? double.NaN : 1;
    }

    [Fact]
    public void All_ranks_go_back_to_the_checkpoint_of_the_leader()
    {
        // After three bad steps each, the rate is halved, halved again, and then a checkpoint is restored.
        var one = Train(1, _ => new TinyTask { Factor = BadTenTimes() }, _other, every: TimeSpan.Zero)[0];
        var two = Train(2, ranks => new TinyTask { Ranks = ranks, Factor = BadTenTimes() }, _folder, every: TimeSpan.Zero);
        Assert.All(two, one.AssertEqual);

        static Func<long, double> BadTenTimes()
        {
            var left = 10;
            return step => step >= 5 && left-- > 0 ? double.NaN : 1;
        }
    }

    [Fact]
    public void A_rank_with_other_weights_is_named()
    {
        var error = Assert.Throws<UserException>(() => ThreadRanks.Run(4, ranks =>
        {
            TinyTask? task = null;
            task = new TinyTask { Ranks = ranks, Before = Drift };
            using (task)
            {
                Run(task);
            }

            void Drift(long step)
            {
                if (step == 5 && ranks.Rank == 2)
                {
                    using var frozen = no_grad();
                    task!.Network.parameters().First().Plus_(1e-6);
                }
            }
        }));
        Assert.StartsWith("rank 2 has other weights than rank 0 after step 6.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_of_one_rank_alone_leaves_the_training_open()
    {
        Assert.Throws<IOException>(() => ThreadRanks.Run(2, ranks =>
        {
            using var task = new TinyTask { Ranks = ranks, Before = step => Fail(step, ranks) };
            try
            {
                Run(task);
            }
            finally
            {
                // So the other rank is not left waiting.
                Assert.True(ranks.IsTraining);
            }
        }));

        static void Fail(long step, IRanks ranks)
        {
            if (step == 5 && ranks.Leads)
            {
                throw new IOException("the disk is gone");
            }
        }
    }

    private static Weights[] Train(
        int count, Func<IRanks, TinyTask> create, TempFolder folder, OptimizerKind kind = OptimizerKind.AdamW, TimeSpan? every = null)
    {
        var trained = new Weights[count];
        ThreadRanks.Run(count, ranks =>
        {
            using var scope = NewDisposeScope();
            using var task = create(ranks);
            task.Run(folder, TinyTask.Options(Steps, kind, Groups), every ?? TimeSpan.FromDays(1));
            trained[ranks.Rank] = new Weights(
                [.. task.Network.state_dict().Values.SelectMany(tensor => tensor.to(float64).ReadAll<double>())]);
        });
        return trained;
    }

    private void Run(TinyTask task, CancellationToken cancellation = default) =>
        task.Run(_folder, TinyTask.Options(Steps, groups: Groups), TimeSpan.FromDays(1), cancellation: cancellation);

    private sealed record Weights(double[] Values)
    {
        public void AssertEqual(Weights other) => Assert.Equal(Values, other.Values);
    }
}
