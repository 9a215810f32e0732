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
    private readonly RunningStatistics _statistics;
    private readonly Replica _network;

    /// <param name="task">The task, with its network on the device. Its loss is a sum over rows.</param>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="groups">Number of groups per batch.</param>
    /// <param name="compute">Device and arithmetic.</param>
    public AccumulatedPasses(TrainingTask task, FlatParameters parameters, int groups, Compute compute)
    {
        (_task, _groups) = (task, groups);
        _statistics = new RunningStatistics(task.Network);
        _network = new Replica(task.Network, parameters, _statistics, compute);
    }

    /// <inheritdoc/>
    public override Tensor Differentiate(long step, StepInputs inputs)
    {
        using var scope = NewDisposeScope();
        _statistics.Remember();
        var sum = zeros_like(_statistics.Values);
        var loss = zeros(1, device: sum.device);
        for (var group = 0; group < _groups; group++)
        {
            _statistics.RecallValues();
            loss.Plus_(Differentiate(step, inputs, group));
            sum.Plus_(_statistics.Values);
        }

        _statistics.Values.copy_(sum.Over_(_groups));
        _statistics.CountBatch();
        return loss.squeeze(0).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override void Undo() => _statistics.Recall();

    private protected override void Dispose(bool disposing)
    {
        _network.Dispose();
        _statistics.Dispose();
    }

    private Tensor Differentiate(long step, StepInputs inputs, int group)
    {
        using var scope = NewDisposeScope();
        using var outputs = _network.Forward(inputs.Group(group, _groups));
        outputs.requires_grad = true;
        var loss = _task.PartialLoss(step, outputs, BatchGroup.First(inputs.Rows, group, _groups));
        loss.backward();
        _network.Backward(outputs.grad!);
        return loss.detach().MoveToOuterDisposeScope();
    }
}
