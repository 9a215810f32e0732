using System.Runtime.InteropServices;
using Distill.Learning.Arithmetic;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Learning.Training.Passes;
using Tests.Golden;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Learning.Training.Passes;

/// <summary>Tests what happens if a step runs out of memory, with the errors of libtorch.</summary>
[Collection(TorchTests.Name)]
public sealed class AdaptivePassesTests
{
    private static readonly Compute Cpu = new(CPU, false);
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Groups_that_do_not_fit_are_cached_with_the_same_result(bool onCuda)
    {
        using var scope = NewDisposeScope();
        using var plenty = new TinyTask();
        Train(plenty, GradientCache.Off);

        var left = 7;
        using var scarce = new TinyTask { Wrap = network => new FailingModule(network, Fault) };
        Train(scarce, GradientCache.Auto);

        Assert.True(left <= 0);
        Assert.Single(scarce.View.Lines, line => line.Contains("one after another", StringComparison.Ordinal));
        var expected = plenty.Network.state_dict();
        Assert.All(scarce.Network.state_dict(), entry => Close.Exactly(expected[entry.Key.Replace("inner.", "")], entry.Value));

        Exception? Fault() => Interlocked.Decrement(ref left) == 0 ? OutOfMemoryError(onCuda) : null;
    }

    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 20.00 MiB.")]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")]
    public void Loss_that_does_not_fit_beside_the_graphs_starts_caching(string words)
    {
        using var scope = NewDisposeScope();
        using var plenty = new TinyTask();
        Train(plenty, GradientCache.On);

        var failures = 0;
        using var scarce = new TinyTask { Factor = step => step == 7 && failures++ == 0 ? throw new CudaException(words) : 1 };
        Train(scarce, GradientCache.Auto);

        Assert.Equal(2, failures);
        Assert.Single(scarce.View.Lines, line => line.Contains("one after another", StringComparison.Ordinal));
        var expected = plenty.Network.state_dict();
        Assert.All(scarce.Network.state_dict(), entry => Close.Exactly(expected[entry.Key], entry.Value));
    }

    [Fact]
    public void Graphs_of_all_groups_are_refused_if_the_memory_left_is_too_small_for_them()
    {
        using var scope = NewDisposeScope();
        using var task = new TinyTask();
        using var parameters = new FlatParameters(task.Network);
        using var plenty = new ReplicaPasses(task, parameters, 4, Cpu, () => long.MaxValue);
        using var scarce = new ReplicaPasses(task, parameters, 4, Cpu, () => -1);
        Pass(task, plenty);
        var error = Assert.Throws<InsufficientMemoryException>(() => Pass(task, scarce));
        Assert.True(OutOfMemory.Is(error));
        // Only the first forward pass is checked.
        Pass(task, plenty);
    }

    [Fact]
    public void Backward_pass_that_does_not_fit_is_computed_again_completely()
    {
        using var scope = NewDisposeScope();
        using var task = new TinyTask();
        using var parameters = new FlatParameters(task.Network);
        using var grouped = new ReplicaPasses(task, parameters, 2, Cpu);
        Pass(task, grouped);
        var expected = parameters.Gradients.ReadAll<float>();

        using var again = new TinyTask();
        using var scarce = new FlatParameters(again.Network);
        var notes = new List<string>();
        using var passes = new AdaptivePasses(
            scarce,
            () => new FailingBackward(new ReplicaPasses(again, scarce, 2, Cpu)),
            () => new CachedPasses(again, scarce, 2, Cpu),
            notes.Add);

        Assert.ThrowsAny<ExternalException>(() => Pass(again, passes));
        Assert.True(passes.CanReduceMemory);
        passes.ReduceMemory();
        Pass(again, passes);

        Assert.False(passes.CanReduceMemory);
        Assert.Single(notes);
        Assert.Equal(expected, scarce.Gradients.ReadAll<float>());
        var statistics = task.Network.state_dict();
        Assert.All(again.Network.state_dict(), entry => Close.Exactly(statistics[entry.Key], entry.Value));
    }

    [Fact]
    public void Run_that_cannot_save_memory_fails_with_advice()
    {
        using var scope = NewDisposeScope();
        using var folder = new TempFolder();
        using var task = new TinyTask { Wrap = network => new FailingModule(network, () => OutOfMemoryError(onCuda: true)) };
        var thrown = Assert.Throws<InsufficientMemoryException>(() => task.Run(folder, TinyTask.Options(20), Never));
        Assert.Contains(
            "a step of 16 images does not fit into the memory of cpu. Raise groups above 1", thrown.Message, StringComparison.Ordinal);
    }

    /// <summary>Libtorch's own exception on the CPU, and the message of CUDA's.</summary>
    private static Exception OutOfMemoryError(bool onCuda) => onCuda
        ? new CudaException("CUDA out of memory. Tried to allocate 20.00 MiB.")
        : Assert.ThrowsAny<ExternalException>(() => empty(1L << 50));

    private static void Train(TinyTask task, GradientCache cache)
    {
        using var folder = new TempFolder();
        OnOneThread(() => task.Run(folder, TinyTask.Options(20, groups: 2), Never, cache));
    }

    private static void Pass(TinyTask task, NetworkPasses passes) => OnOneThread(() => passes.Differentiate(0, task.Inputs(0)));

    /// <summary>Runs on one libtorch thread, as parallel groups do. With two, some sums are rounded differently.</summary>
    private static void OnOneThread(Action action)
    {
        var threads = get_num_threads();
        set_num_threads(1);
        try
        {
            action();
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private sealed class CudaException(string message) : ExternalException(message);

    /// <summary>Passes whose backward pass fails after it has added the gradients.</summary>
    private sealed class FailingBackward(NetworkPasses inner) : NetworkPasses
    {
        public override Tensor Differentiate(long step, StepInputs inputs)
        {
            inner.Differentiate(step, inputs);
            throw OutOfMemoryError(onCuda: true);
        }

        public override RunningStatistics Statistics => inner.Statistics;

        public override void Undo() => inner.Undo();

        private protected override void Dispose(bool disposing) => inner.Dispose();
    }
}
