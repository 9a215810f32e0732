using Distill.Learning.Arithmetic;
using Distill.Learning.Optimizers;
using static TorchSharp.torch;

namespace Distill.Learning.Training.Passes;

/// <summary>
/// Passes that take each group back right after its forward pass, which is possible if the loss is a sum over rows. Only one group's graph
/// is in memory at a time, without the second forward pass of <see cref="CachedPasses"/>.
/// </summary>
internal sealed class AccumulatedPasses : NetworkPasses
{
    private readonly TrainingTask _task;
    private readonly int _groups;
    private readonly Replica _network;

    /// <param name="task">The task, with its network on the device. Its loss is a sum over rows.</param>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="groups">Number of groups per batch.</param>
    /// <param name="compute">Device and arithmetic.</param>
    public AccumulatedPasses(TrainingTask task, FlatParameters parameters, int groups, Compute compute)
    {
        (_task, _groups) = (task, groups);
        Statistics = new RunningStatistics(task.Network);
        _network = new Replica(task.Network, parameters, Statistics, compute);
    }

    /// <inheritdoc/>
    public override RunningStatistics Statistics { get; }

    /// <inheritdoc/>
    public override Tensor Differentiate(long step, StepInputs inputs)
    {
        using var scope = NewDisposeScope();
        Statistics.Remember();
        var sum = zeros_like(Statistics.Values);
        var loss = zeros(1, device: sum.device);
        for (var group = 0; group < _groups; group++)
        {
            Statistics.RecallValues();
            loss.Plus_(Differentiate(step, inputs, group));
            sum.Plus_(Statistics.Values);
        }

        Statistics.Values.copy_(sum);
        Statistics.Average(_groups);
        Statistics.CountBatch();
        return loss.squeeze(0).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override void Undo() => Statistics.Recall();

    private protected override void Dispose(bool disposing)
    {
        _network.Dispose();
        Statistics.Dispose();
    }

    private Tensor Differentiate(long step, StepInputs inputs, int group)
    {
        using var scope = NewDisposeScope();
        using var outputs = _network.Forward(inputs.Group(group, _groups));
        outputs.requires_grad = true;
        var loss = _task.PartialLoss(step, outputs, inputs.FirstOf(group, _groups));
        loss.backward();
        _network.Backward(outputs.grad!);
        return loss.detach().MoveToOuterDisposeScope();
    }
}
