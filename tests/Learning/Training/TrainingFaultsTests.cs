using System.Text.Json.Nodes;
using Distill.Learning.Arithmetic;
using Distill.Learning.Training;
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
        using var task = new TinyTask { Factor = _ => double.NaN };
        var thrown = Assert.Throws<TrainingDivergedException>(() => task.Run(_folder, TinyTask.Options(200), Never));
        Assert.Equal(
            "training diverged: loss NaN, gradient norm NaN at step 12. Tried: skipped 11 steps, "
            + "reduced the learning rate to 25 % of the configured value, found no checkpoint to restore. "
            + "Lower optimizer.learningRate or raise optimizer.warmupFraction, then run again",
            thrown.Message);
        Assert.Equal(12, thrown.Step);
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
