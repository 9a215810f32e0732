using System.Text.Json.Nodes;
using Distill.Learning.Arithmetic;
using Distill.Learning.Training;
using Distill.Pipeline.Options;
using Tests.Golden;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Learning.Training;

[Collection(TorchTests.Name)]
public sealed class TrainingFaultsTests : IDisposable
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(double.NaN, 1, GradientCache.Off)]
    [InlineData(double.PositiveInfinity, 1, GradientCache.Off)]
    [InlineData(double.NaN, 4, GradientCache.Off)]
    [InlineData(double.NaN, 4, GradientCache.On)]
    public void Step_with_a_non_finite_loss_changes_nothing_and_training_continues(double factor, int groups, GradientCache cache)
    {
        using var scope = NewDisposeScope();
        var states = new Dictionary<long, Dictionary<string, double[]>>();
        TinyTask? task = null;
        task = new TinyTask
        {
            Factor = step => step == 5 ? factor : 1,
            Before = step => states[step] = task!.Network.state_dict()
                .ToDictionary(entry => entry.Key, entry => entry.Value.detach().to_type(ScalarType.Float64).ReadAll<double>()),
        };
        using var owned = task;
        var outcome = task.Run(_folder, TinyTask.Options(20, groups: groups), Never, cache);

        Assert.Equal(20, outcome.Steps);
        Assert.True(double.IsFinite(outcome.Loss));
        Assert.All(states[5], entry => Assert.Equal(entry.Value, states[6][entry.Key]));
        Assert.All(states[6], entry => Assert.NotEqual(entry.Value, states[7][entry.Key]));
        Assert.Contains(task.View.Lines, line => line.EndsWith("at step 6: step skipped", StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(1, 20).Where(step => step != 6), Logged().Select(line => line["step"]!.GetValue<int>()));
    }

    [Fact]
    public void What_a_task_keeps_beside_the_network_is_restored_if_it_is_not_finite()
    {
        using var scope = NewDisposeScope();
        var kept = zeros(1);
        var broken = false;
        using var task = new TinyTask
        {
            Before = step =>
            {
                if (step == 5 && !broken)
                {
                    broken = true;
                    kept.Plus_(double.NaN);
                }
            },
        };
        task.Extra.Add("kept", kept);

        Assert.Equal(20, task.Run(_folder, TinyTask.Options(20), TimeSpan.Zero).Steps);

        Assert.Equal(0, kept.ReadDouble());
        Assert.Contains(task.View.Lines, line => line.Contains("restored the checkpoint of step 5", StringComparison.Ordinal));
    }

    [Fact]
    public void Progress_ends_at_the_total_even_if_the_last_step_is_skipped()
    {
        using var scope = NewDisposeScope();
        using var task = new TinyTask { Factor = step => step == 19 ? double.NaN : 1 };
        task.Run(_folder, TinyTask.Options(20), Never);

        Assert.Equal("step 20", task.View.Lines.Last(line => line.StartsWith("step ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(12)]
    public void Several_bad_steps_in_a_row_halve_the_rate_even_across_a_resume(int cutAt)
    {
        using var scope = NewDisposeScope();
        using var cut = new CancellationTokenSource();
        using var first = new TinyTask { Factor = Wrong, Before = step => CancelAt(cut, step, cutAt) };
        Assert.Throws<OperationCanceledException>(() => first.Run(_folder, TinyTask.Options(20), Never, cancellation: cut.Token));
        using var second = new TinyTask { Factor = Wrong };
        second.Run(_folder, TinyTask.Options(20), Never);

        // Steps 5, 6 and 7 are skipped. Step 8 is skipped too, and reduces the rate.
        Assert.Equal(Enumerable.Range(1, 20).Except([6, 7, 8, 9]), Logged().Select(line => line["step"]!.GetValue<int>()));
        Assert.All(Logged(), line =>
        {
            var step = line["step"]!.GetValue<int>();
            Assert.Equal(RateOf(step - 1) * (step < 10 ? 1 : 0.5), line["learningRate"]!.GetValue<double>(), 1e-12);
        });

        using var other = new TempFolder();
        using var uncut = new TinyTask { Factor = Wrong };
        uncut.Run(other, TinyTask.Options(20), Never);
        var expected = uncut.Network.state_dict();
        Assert.All(second.Network.state_dict(), entry => Close.Exactly(expected[entry.Key], entry.Value));

        static double Wrong(long step) => step is >= 5 and <= 8 ? double.NaN : 1;
    }

    [Fact]
    public void Checkpoint_is_restored_if_a_lower_rate_does_not_help()
    {
        using var scope = NewDisposeScope();
        var taken = new List<long>();
        var broken = true;
        using var task = new TinyTask
        {
            Factor = step => broken && step >= 5 ? double.NaN : 1,
            // A transient fault: steps succeed when they are taken for the second time.
            Before = step =>
            {
                broken &= taken.Count == 0 || step > taken[^1];
                taken.Add(step);
            },
        };
        task.Run(_folder, TinyTask.Options(20), TimeSpan.Zero);

        // Twice, three steps are skipped and one reduces the rate. Then three more are skipped, and the checkpoint is restored.
        Assert.Equal([.. Enumerable.Range(0, 17).Select(step => (long)step), .. Enumerable.Range(5, 15).Select(step => (long)step)], taken);
        Assert.Contains(
            task.View.Lines,
            line => line.EndsWith(
                "restored the checkpoint of step 5; learning rate reduced to 25 % of the configured value", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_that_cannot_recover_fails_and_keeps_a_good_checkpoint()
    {
        using var scope = NewDisposeScope();
        using var task = new TinyTask { Factor = step => step >= 5 ? double.NaN : 1 };
        var thrown = Assert.Throws<TrainingDivergedException>(() => task.Run(_folder, TinyTask.Options(200), TimeSpan.Zero));

        Assert.Contains("Lower optimizer.learningRate", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(
            "reduced the learning rate to 25 % of the configured value, restored a checkpoint 2 times. ",
            thrown.Message,
            StringComparison.Ordinal);
        using var again = new TinyTask();
        again.Run(_folder, TinyTask.Options(200), Never);
        Assert.All(
            again.Network.state_dict().Where(entry => entry.Value.is_floating_point()),
            entry => Assert.True(entry.Value.isfinite().all().item<bool>()));
    }

    [Fact]
    public void Message_states_that_there_was_no_checkpoint_to_restore()
    {
        using var scope = NewDisposeScope();
        using var task = new TinyTask { Factor = step => step > 0 ? double.NaN : 1 };
        var thrown = Assert.Throws<TrainingDivergedException>(() => task.Run(_folder, TinyTask.Options(200), Never));
        Assert.Equal(
            "training diverged: loss NaN, gradient norm NaN at step 13. Tried: skipped 11 steps, "
            + "reduced the learning rate to 25 % of the configured value, found no checkpoint to restore. "
            + "Lower optimizer.learningRate or raise optimizer.warmupFraction, then run again",
            thrown.Message);
        Assert.Equal(13, thrown.Step);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(8, 8)]
    [InlineData(200, 12)]
    public void Training_without_a_finite_step_fails_and_names_other_causes_than_the_learning_rate(int steps, int tried)
    {
        using var scope = NewDisposeScope();
        using var task = new TinyTask { Factor = _ => double.NaN };
        var message = Assert.Throws<UserException>(() => task.Run(_folder, TinyTask.Options(steps), TimeSpan.Zero)).Message;
        Assert.Equal(
            $"tiny: found a NaN or infinite loss or gradient in each of {tried} steps, so nothing was trained. The weights were finite and "
                + "did not change. Check what the stage reads: soft targets, mean and deviation of its network, and the images",
            message);

        // The same again, from the checkpoints of the first run.
        using var again = new TinyTask { Factor = _ => double.NaN };
        Assert.Contains(
            "nothing was trained",
            Assert.Throws<UserException>(() => again.Run(_folder, TinyTask.Options(steps), TimeSpan.Zero)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_skipped_step_before_an_interruption_is_not_a_step_taken()
    {
        using var scope = NewDisposeScope();
        using var cut = new CancellationTokenSource();
        using var first = new TinyTask { Factor = _ => double.NaN, Before = step => CancelAt(cut, step, 2) };
        Assert.Throws<OperationCanceledException>(() => first.Run(_folder, TinyTask.Options(5), Never, cancellation: cut.Token));
        using var second = new TinyTask { Factor = _ => double.NaN };
        Assert.Throws<UserException>(() => second.Run(_folder, TinyTask.Options(5), Never));
    }

    [Fact]
    public void One_finite_step_is_enough()
    {
        using var scope = NewDisposeScope();
        using var task = new TinyTask { Factor = step => step == 0 ? 1 : double.NaN };
        Assert.Equal(4, task.Run(_folder, TinyTask.Options(4), Never).Steps);
    }

    [Theory]
    [InlineData(double.NaN, true)]
    [InlineData(double.PositiveInfinity, true)]
    [InlineData(double.NaN, false)]
    public void Start_from_weights_that_are_not_finite_is_refused_by_key(double value, bool readsEveryStep)
    {
        using var scope = NewDisposeScope();
        using var task = new TinyTask();
        using (no_grad())
        {
            task.Network.state_dict()["out.weight"].fill_(value);
        }

        var message = Assert.Throws<UserException>(
            () => task.Run(_folder, TinyTask.Options(20), Never, readsEveryStep: readsEveryStep)).Message;
        Assert.Equal(
            "tiny: found NaN or infinite values in 'out.weight' before the first step, expected finite weights; "
                + "the weights that this stage starts from are damaged, so import or train them again",
            message);
    }

    private static void CancelAt(CancellationTokenSource source, long step, long at)
    {
        if (step == at)
        {
            source.Cancel();
        }
    }

    // Peak 0.05, four steps of warm-up, a half cosine over the other sixteen.
    private static double RateOf(int i) => i < 4 ? 0.05 * (i + 1) / 4 : 0.025 * (1 + Math.Cos(Math.PI * (i - 4) / 16));

    private JsonNode[] Logged() => [.. File.ReadLines(_folder["metrics.jsonl"]).Select(line => JsonNode.Parse(line)!)];
}
