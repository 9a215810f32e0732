using Distill.Learning.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Training.Passes;

/// <summary>
/// A step's forward and backward passes through the network, between which the task computes its loss. Where the batch is cut into
/// groups, each is normalized by itself, as on that many devices without synchronized batch norm ("ghost batches", Hoffer et al. 2017,
/// arXiv:1705.08741); the loss sees all of them. Running statistics become the mean of the groups'.
/// </summary>
/// <remarks>
/// How groups are computed, side by side on cores or one after the other with gradient caching, changes no bit of the result (with
/// the same number of libtorch threads in a group's kernels; of other numbers, some sums round otherwise).
/// </remarks>
internal abstract class NetworkPasses : IDisposable
{
    /// <param name="task">What is trained.</param>
    /// <param name="parameters">The network's.</param>
    /// <param name="groups">Parts that a batch is cut into.</param>
    /// <param name="settings">Where and how they are computed.</param>
    /// <param name="note">Told of what the user should know.</param>
    public static NetworkPasses Of(TrainingTask task, FlatParameters parameters, int groups, RunSettings settings, Action<string> note)
    {
        return settings.GradientCache switch
        {
            GradientCache.On when groups > 1 => Cached(),
            GradientCache.Auto when groups > 1 => new AdaptivePasses(parameters, Grouped(), Cached, note),
            _ => Grouped(),
        };

        // A GPU has one queue for all of them.
        NetworkPasses Grouped() => new GroupedPasses(
            task, parameters, groups, settings.Compute, sideBySide: settings.Compute.Device.type == DeviceType.CPU);

        NetworkPasses Cached() => new CachedPasses(task, parameters, groups, settings.Compute);
    }

    /// <summary>The outputs of inputs [M, …]: [M, D], fp32, a leaf of the graph to come.</summary>
    public abstract Tensor Forward(Tensor inputs);

    /// <summary>Adds to the parameters' gradients what follows from that of the outputs of the last forward pass.</summary>
    /// <param name="gradient">[M, D].</param>
    public abstract void Backward(Tensor gradient);

    /// <summary>Makes the running statistics what they were before the last forward pass, as if there had been none.</summary>
    public abstract void Undo();

    /// <summary>Whether there is a way that takes less memory.</summary>
    public virtual bool CanEconomize => false;

    /// <summary>Takes that way from now on; the step whose forward pass has begun is as if it had not, and is to be begun again.</summary>
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

    /// <summary>What the task's loss is computed from: the groups' outputs, one after the other.</summary>
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
