using Distill.Learning.Optimizers;
using static TorchSharp.torch;

namespace Distill.Learning.Training.Passes;

/// <summary>Passes that keep the graphs of all groups in memory, one after the other through the same network.</summary>
internal sealed class SequentialPasses : GraphPasses
{
    private readonly RunningStatistics _statistics;
    private readonly Replica[] _graphs;

    /// <param name="task">The task, with its network on the device.</param>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="groups">Number of groups per batch.</param>
    /// <param name="compute">Device and arithmetic.</param>
    public SequentialPasses(TrainingTask task, FlatParameters parameters, int groups, Compute compute)
        : base(task)
    {
        _statistics = new RunningStatistics(task.Network, separate: groups > 1 ? groups : 0);
        _graphs = [.. Enumerable.Range(0, groups).Select(_ => new Replica(task.Network, parameters, _statistics, compute))];
    }

    /// <inheritdoc/>
    public override void Undo() => _statistics.Recall();

    /// <inheritdoc/>
    public override Tensor Forward(StepInputs inputs)
    {
        _statistics.Remember();
        var outputs = new Tensor[_graphs.Length];
        for (var group = 0; group < _graphs.Length; group++)
        {
            _statistics.Separate(group);
            outputs[group] = _graphs[group].Forward(inputs.Group(group, _graphs.Length));
        }

        _statistics.Unite();
        _statistics.CountBatch();
        return Leaf(outputs);
    }

    /// <inheritdoc/>
    public override void Backward(Tensor gradient)
    {
        for (var group = 0; group < _graphs.Length; group++)
        {
            _graphs[group].Backward(BatchGroup.Of(gradient, group, _graphs.Length));
        }
    }

    private protected override void Dispose(bool disposing)
    {
        foreach (var graph in _graphs)
        {
            graph.Dispose();
        }

        _statistics.Dispose();
    }
}
