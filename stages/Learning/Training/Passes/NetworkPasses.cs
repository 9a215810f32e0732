using Distill.Learning.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

// M rows of a batch, D outputs of the network
namespace Distill.Learning.Training.Passes;

/// <summary>
/// A step's forward and backward passes through the network; the task computes its loss between them. The groups of a batch are
/// normalized separately, as on that many devices without synchronized batch norm ("ghost batches", Hoffer et al. 2017,
/// arXiv:1705.08741). The loss sees all groups. The running statistics become the mean over the groups.
/// </summary>
/// <remarks>
/// Groups in parallel and groups one after the other, with or without gradient caching, give the same bits if a group's kernels have
/// the same number of libtorch threads. With another number of threads, some sums are rounded differently.
/// </remarks>
internal abstract class NetworkPasses : IDisposable
{
    /// <summary>Creates the passes that the settings ask for.</summary>
    /// <param name="task">The task, with its network on the device.</param>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="groups">Number of groups per batch.</param>
    /// <param name="settings">Device and gradient caching.</param>
    /// <param name="note">Receives what the user should know.</param>
    public static NetworkPasses Create(TrainingTask task, FlatParameters parameters, int groups, RunSettings settings, Action<string> note)
    {
        return settings.GradientCache switch
        {
            GradientCache.On when groups > 1 => Cached(),
            GradientCache.Auto when groups > 1 => new AdaptivePasses(parameters, Grouped(), Cached, note),
            _ => Grouped(),
        };

        // Groups in parallel gain nothing on a GPU, which has one queue for all of them.
        NetworkPasses Grouped() => new GroupedPasses(
            task, parameters, groups, settings.Compute, parallel: settings.Compute.Device.type == DeviceType.CPU);

        NetworkPasses Cached() => new CachedPasses(task, parameters, groups, settings.Compute);
    }

    /// <summary>Computes the outputs of inputs [M, …]: [M, D], fp32, a leaf for the graph of the loss.</summary>
    public abstract Tensor Forward(Tensor inputs);

    /// <summary>Takes the gradient of the last forward pass's outputs back, and adds to the gradients of the parameters.</summary>
    /// <param name="gradient">The gradient of the outputs: [M, D].</param>
    public abstract void Backward(Tensor gradient);

    /// <summary>Restores the running statistics from before the last forward pass.</summary>
    public abstract void Undo();

    /// <summary>Whether <see cref="ReduceMemory"/> can be called.</summary>
    public virtual bool CanReduceMemory => false;

    /// <summary>Uses less memory from now on. The current step is undone, and must be computed again from its forward pass.</summary>
    public virtual void ReduceMemory() => throw new InvalidOperationException("these passes cannot use less memory");

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The rows of one group.</summary>
    protected static Tensor Part(Tensor all, int group, int groups)
    {
        var (start, end) = (all.shape[0] * group / groups, all.shape[0] * (group + 1) / groups);
        return all.narrow(0, start, end - start);
    }

    /// <summary>Concatenates the groups' outputs to the leaf that the task computes its loss from, and disposes of them.</summary>
    protected static Tensor Leaf(Tensor[] outputs)
    {
        var leaf = cat(outputs);
        leaf.requires_grad = true;
        foreach (var output in outputs)
        {
            output.Dispose();
        }

        return leaf;
    }

    private protected abstract void Dispose(bool disposing);
}
