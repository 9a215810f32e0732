using Distill.Learning.Optimizers;
using static TorchSharp.torch;

namespace Distill.Learning.Training.Passes;

/// <summary>Passes that keep the graphs of all groups in memory, one after the other through the same network.</summary>
internal sealed class SequentialPasses : GraphPasses
{
    private readonly Replica[] _graphs;

    /// <param name="task">The task, with its network on the device.</param>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="groups">Number of groups per batch.</param>
    /// <param name="compute">Device and arithmetic.</param>
    public SequentialPasses(TrainingTask task, FlatParameters parameters, int groups, Compute compute)
        : base(task)
    {
        Statistics = new RunningStatistics(task.Network, separate: groups > 1 ? groups : 0);
        _graphs = [.. Enumerable.Range(0, groups).Select(_ => new Replica(task.Network, parameters, Statistics, compute))];
    }

    /// <inheritdoc/>
    public override RunningStatistics Statistics { get; }

    /// <inheritdoc/>
    public override void Undo() => Statistics.Recall();

    /// <inheritdoc/>
    public override Tensor Forward(StepInputs inputs)
    {
        Statistics.Remember();
        var outputs = new Tensor[_graphs.Length];
        for (var group = 0; group < _graphs.Length; group++)
        {
            Statistics.Separate(group);
            outputs[group] = _graphs[group].Forward(inputs.Group(group, _graphs.Length));
        }

        Statistics.Unite();
        Statistics.CountBatch();
        return Leaf(outputs);
    }

    /// <inheritdoc/>
    public override void Backward(Tensor gradient)
    {
        for (var group = 0; group < _graphs.Length; group++)
        {
            _graphs[group].Backward(GroupOf(gradient, group));
        }
    }

    private protected override void Dispose(bool disposing)
    {
        foreach (var graph in _graphs)
        {
            graph.Dispose();
        }

        Statistics.Dispose();
    }
}
