using Tests.Golden;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Learning.Training;

[Collection(TorchTests.Name)]
public sealed class StateSaverTests : IDisposable
{
    private static readonly TimeSpan AfterEveryFewSteps = TimeSpan.FromMilliseconds(1);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Checkpoint_written_while_training_continues_has_the_state_of_its_own_step()
    {
        using var scope = NewDisposeScope();
        using var finished = new ManualResetEventSlim();
        var steps = new List<long>();
        long? saved = null;
        using var first = new TinyTask
        {
            SavesMeanwhile = true,
            Before = step =>
            {
                Thread.Sleep(2);
                steps.Add(step);
                if (step == 12)
                {
                    finished.Set();
                    throw new InvalidOperationException("a crash in the middle");
                }
            },
            // The first save takes until step 12.
            Attempt = save =>
            {
                finished.Wait();
                save();
            },
            Saved = step => saved ??= step,
        };
        Assert.Throws<InvalidOperationException>(() => first.Run(_folder, TinyTask.Options(20), AfterEveryFewSteps));
        Assert.Equal(12, steps[^1]);
        Assert.InRange(saved!.Value, 1, 11);

        using var other = new TempFolder();
        using var uncut = new TinyTask();
        uncut.Run(other, TinyTask.Options(20), TimeSpan.FromDays(1));
        using var resumed = new TinyTask();
        resumed.Run(_folder, TinyTask.Options(20), TimeSpan.FromDays(1));
        var expected = uncut.Network.state_dict();
        Assert.All(resumed.Network.state_dict(), entry => Close.Exactly(expected[entry.Key], entry.Value));
    }

    [Fact]
    public void Checkpoint_that_cannot_be_written_meanwhile_ends_training_with_its_error()
    {
        using var scope = NewDisposeScope();
        using var task = new TinyTask
        {
            SavesMeanwhile = true,
            Before = _ => Thread.Sleep(2),
            Attempt = _ => throw new IOException("the disk is full"),
        };
        var error = Assert.Throws<IOException>(() => task.Run(_folder, TinyTask.Options(500), AfterEveryFewSteps));
        Assert.Equal("the disk is full", error.Message);
    }

    [Fact]
    public void Canceled_training_saves_its_last_step_after_the_checkpoint_that_is_being_written()
    {
        using var scope = NewDisposeScope();
        using var cut = new CancellationTokenSource();
        var saved = new List<long>();
        using var task = new TinyTask
        {
            SavesMeanwhile = true,
            Before = step =>
            {
                Thread.Sleep(2);
                if (step == 7)
                {
                    cut.Cancel();
                }
            },
            Attempt = save =>
            {
                Thread.Sleep(30);
                save();
            },
            Saved = saved.Add,
        };
        Assert.Throws<OperationCanceledException>(
            () => task.Run(_folder, TinyTask.Options(20), AfterEveryFewSteps, cancellation: cut.Token));
        Assert.Equal(8, saved[^1]);
        Assert.Equal(saved.Order(), saved);
        Assert.Equal(8, TinyTask.Checkpoints(_folder).LoadNewest()!.Step);
    }

    [Fact]
    public void Interval_of_zero_writes_every_checkpoint_before_the_next_step()
    {
        using var scope = NewDisposeScope();
        var events = new List<string>();
        using var task = new TinyTask
        {
            SavesMeanwhile = null,
            Before = step => events.Add($"step {step + 1}"),
            Saved = step => events.Add($"saved {step}"),
        };
        task.Run(_folder, TinyTask.Options(3), TimeSpan.Zero);
        Assert.Equal(["step 1", "saved 1", "step 2", "saved 2", "step 3", "saved 3"], events);
    }
}
