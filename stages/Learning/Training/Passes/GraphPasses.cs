using Distill.Learning.Arithmetic;
using Distill.Learning.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

// M rows of a batch, D outputs of the network
namespace Distill.Learning.Training.Passes;

/// <summary>Passes with a graph per group: first the outputs of all groups, then their loss and its gradient, then the way back.</summary>
internal abstract class GraphPasses(TrainingTask task) : NetworkPasses
{
    private long[] _firstRows = [];

    /// <summary>Creates the fastest passes for a device.</summary>
    /// <param name="task">The task, with its network on the device.</param>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="groups">Number of groups per batch.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="available">
    /// Returns the bytes that are left on a CPU, if running out of memory must be an error there too, because something can be done.
    /// </param>
    public static GraphPasses Create(
        TrainingTask task, FlatParameters parameters, int groups, Compute compute, Func<long>? available = null) =>
        groups > 1 && compute.Device.type == DeviceType.CPU
            ? new ReplicaPasses(task, parameters, groups, compute, available)
            : new SequentialPasses(task, parameters, groups, compute);

    /// <inheritdoc/>
    public override Tensor Differentiate(long step, StepInputs inputs)
    {
        using var scope = NewDisposeScope();
        var outputs = Forward(inputs);
        var loss = task.Loss(step, outputs);
        loss.backward();
        Backward(outputs.grad!);
        return loss.detach().MoveToOuterDisposeScope();
    }

    /// <summary>Computes the outputs of inputs [M, …]: [M, D], fp32, a leaf for the graph of the loss.</summary>
    public abstract Tensor Forward(StepInputs inputs);

    /// <summary>Takes the gradient of the last forward pass's outputs back, and adds to the gradients of the parameters.</summary>
    /// <param name="gradient">The gradient of the outputs: [M, D].</param>
    public abstract void Backward(Tensor gradient);

    /// <summary>Returns the rows of one group of the last forward pass.</summary>
    /// <param name="rows">Rows of all groups: [M, D].</param>
    /// <param name="group">Number of the group.</param>
    private protected Tensor GroupOf(Tensor rows, int group) =>
        rows.narrow(0, _firstRows[group], _firstRows[group + 1] - _firstRows[group]).Aligned();

    /// <summary>Concatenates the groups' outputs to the leaf that the task computes its loss from, and disposes of them.</summary>
    private protected Tensor Leaf(Tensor[] outputs)
    {
        var leaf = cat(outputs);
        leaf.requires_grad = true;
        _firstRows = [.. Enumerable.Range(0, outputs.Length + 1).Select(group => outputs.Take(group).Sum(output => output.shape[0]))];
        foreach (var output in outputs)
        {
            output.Dispose();
        }

        return leaf;
    }
}
