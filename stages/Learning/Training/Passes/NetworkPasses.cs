using Distill.Learning.Native;
using Distill.Learning.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

// M rows of a batch
namespace Distill.Learning.Training.Passes;

/// <summary>
/// A step's forward and backward passes through the network. The groups of a batch are normalized separately, as on that many devices
/// without synchronized batch norm ("ghost batches", Hoffer et al. 2017, arXiv:1705.08741). The loss sees all groups. The running
/// statistics become the mean over the groups.
/// </summary>
/// <remarks>
/// All kinds of passes give the same gradient, but for rounding: <see cref="ReplicaPasses"/> and ranks add the groups as a balanced binary
/// tree, and passes that have one buffer for all groups add them in order. Up to three groups, both are the same bits, if a group's kernels
/// have the same number of libtorch threads.
/// </remarks>
internal abstract class NetworkPasses : IDisposable
{
    // Replicas save time for small networks. Those of a large network would fill the memory with gradients.
    private const int ReplicaShare = 4;

    /// <summary>Creates the passes that the settings ask for.</summary>
    /// <param name="task">The task, with its network on the device.</param>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="groups">Number of groups per batch.</param>
    /// <param name="settings">Device and gradient caching.</param>
    /// <param name="note">Receives what the user should know.</param>
    public static NetworkPasses Create(TrainingTask task, FlatParameters parameters, int groups, RunSettings settings, Action<string> note)
    {
        if (settings.Ranks is { Count: > 1 } ranks)
        {
            // One group is divided among all ranks, which normalize it together.
            var parts = groups == 1 ? ranks.Count : groups;
            var batch = groups == 1 ? new SharedBatch(task.Network, ranks) : null;
            var ranked = new RankedTask(task, ranks);
            var own = CreateOwn(ranked, parameters, parts / ranks.Count, settings, note);
            return new RankedPasses(ranked, parameters, own, parts, ranks, batch);
        }

        return CreateOwn(task, parameters, groups, settings, note);
    }

    private static NetworkPasses CreateOwn(
        TrainingTask task, FlatParameters parameters, int groups, RunSettings settings, Action<string> note)
    {
        var (compute, processes) = (settings.Compute, settings.Ranks.Placement.OnMachine);
        if (groups == 1)
        {
            return AllGraphs();
        }

        var onCpu = compute.Device.type == DeviceType.CPU;
        return settings.GradientCache switch
        {
            GradientCache.On => OneByOne(),
            GradientCache.Off => AllGraphs(),
            // Where the loss is a sum over rows, one group after the other costs nothing on a GPU, which has one queue for all of them.
            _ when (onCpu ? !ReplicasFit(parameters, groups, processes) : task.IsLossSumOfRows) => OneByOne(),
            _ => new AdaptivePasses(parameters, () => AllGraphs(() => ProcessMemory.Available / processes), OneByOne, note),
        };

        GraphPasses AllGraphs(Func<long>? available = null) => GraphPasses.Create(task, parameters, groups, compute, available);

        NetworkPasses OneByOne() => task.IsLossSumOfRows
            ? new AccumulatedPasses(task, parameters, groups, compute)
            : new CachedPasses(task, parameters, groups, compute);
    }

    /// <summary>
    /// Computes the loss of a step: a scalar without graph, owned by the caller's scope. Adds its gradient to the gradients of the
    /// parameters.
    /// </summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="inputs">The step's inputs: [M, …].</param>
    public abstract Tensor Differentiate(long step, StepInputs inputs);

    /// <summary>The running statistics of the trained network.</summary>
    public abstract RunningStatistics Statistics { get; }

    /// <summary>Restores the running statistics from before the last call of <see cref="Differentiate"/>.</summary>
    public abstract void Undo();

    /// <summary>Whether <see cref="ReduceMemory"/> can be called.</summary>
    public virtual bool CanReduceMemory => false;

    /// <summary>Uses less memory from now on. The current step is undone, and must be computed again.</summary>
    public virtual void ReduceMemory() => throw new InvalidOperationException("these passes cannot use less memory");

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    private protected abstract void Dispose(bool disposing);

    private static bool ReplicasFit(FlatParameters parameters, int groups, int processes)
    {
        var gradients = (groups - 1) * parameters.Gradients.numel() * parameters.Gradients.ElementSize;
        return gradients <= GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (ReplicaShare * processes);
    }
}
