using Distill.Learning.Arithmetic;
using Distill.Learning.Training;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Learning.Training;

/// <summary>If not every step is read, as on a GPU, a fault is found only after the weights are NaN.</summary>
[Collection(TorchTests.Name)]
public sealed class LateReadingTests : IDisposable
{
    // Of 400 steps, every second one is logged and read. Steps are counted from 0, so an even one is not read.
    private const int Steps = 400;
    private const long Unread = 6;

    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Training_without_a_later_checkpoint_restarts_from_the_beginning()
    {
        using var scope = NewDisposeScope();
        var taken = new List<long>();
        using var task = new TinyTask { Before = taken.Add, Factor = step => step == Unread && taken.Count <= Unread + 1 ? double.NaN : 1 };
        var outcome = task.Run(_folder, TinyTask.Options(Steps), Never, readsEveryStep: false);
        Assert.Equal(Steps, outcome.Steps);
        Assert.True(double.IsFinite(outcome.Loss));
        Assert.Contains(
            task.View.Lines,
            line => line.EndsWith(
                "restored the checkpoint of step 0; learning rate reduced to 50 % of the configured value", StringComparison.Ordinal));
        Assert.Equal([.. Enumerable.Range(0, 8).Select(step => (long)step), 0, 1], taken[..10]);
    }

    [Fact]
    public void Persistent_fault_ends_training_with_a_list_of_remedies()
    {
        using var scope = NewDisposeScope();
        using var task = new TinyTask { Factor = step => step == Unread ? double.NaN : 1 };
        var thrown = Assert.Throws<TrainingDivergedException>(
            () => task.Run(_folder, TinyTask.Options(Steps), Never, readsEveryStep: false));
        Assert.Contains("restored a checkpoint 2 times. ", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Canceled_run_with_non_finite_weights_keeps_the_last_good_checkpoint()
    {
        using var scope = NewDisposeScope();
        using var cut = new CancellationTokenSource();
        var taken = new List<long>();
        using var task = new TinyTask
        {
            Factor = step => step == Unread ? double.NaN : 1,
            Before = step =>
            {
                taken.Add(step);
                if (step == Unread)
                {
                    cut.Cancel();
                }
            },
        };

        Assert.Throws<OperationCanceledException>(
            () => task.Run(_folder, TinyTask.Options(Steps), Never, readsEveryStep: false, cancellation: cut.Token));

        Assert.Equal(Unread, taken[^1]);
        Assert.Equal(0, TinyTask.Checkpoints(_folder).LoadNewest()!.Step);
    }

    [Fact]
    public void Every_step_is_saved_again_after_a_restore()
    {
        using var scope = NewDisposeScope();
        var wrong = true;
        using var task = new TinyTask
        {
            Factor = step =>
            {
                var fails = wrong && step == Unread;
                wrong &= !fails;
                return fails ? double.NaN : 1;
            },
        };

        task.Run(_folder, TinyTask.Options(20), TimeSpan.Zero, readsEveryStep: false);

        Assert.Equal(20, TinyTask.Checkpoints(_folder).LoadNewest()!.Step);
        Assert.All(task.Network.parameters(), parameter => Assert.True(double.IsFinite(parameter.detach().norm().ReadDouble())));
    }

    [Fact]
    public void Start_is_not_saved_if_every_step_is_read()
    {
        using var scope = NewDisposeScope();
        using var cut = new CancellationTokenSource();
        using var task = new TinyTask { Before = _ => Assert.False(Directory.Exists(_folder["checkpoints/step-00000000"])) };
        task.Run(_folder, TinyTask.Options(2), Never);
    }
}
