using Distill.Learning.Arithmetic;
using Distill.Learning.Optimizers;
using static TorchSharp.torch;

namespace Distill.Learning.Training.Passes;

/// <summary>
/// Passes that keep the graphs of all groups in memory, each in its own replica. With one thread per group, two cores train narrow
/// networks a third faster than with two threads in every kernel. Gradients are added in the order of the groups, whatever the number of
/// threads.
/// </summary>
internal sealed class GroupedPasses : NetworkPasses
{
    private readonly Replica[] _replicas;
    private readonly WorkerPool? _workers;

    /// <param name="task">The task, with its network on the device.</param>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="groups">Number of groups per batch.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="parallel">Whether the groups run in parallel, or one after the other.</param>
    public GroupedPasses(TrainingTask task, FlatParameters parameters, int groups, Compute compute, bool parallel)
    {
        var first = new Replica(task.Network, parameters, new RunningStatistics(task.Network), compute);
        _replicas = [first, .. Enumerable.Range(1, groups - 1).Select(_ => new Replica(task.NewReplica(), parameters, compute))];
        _workers = groups > 1 && parallel ? new WorkerPool(Math.Min(groups, Environment.ProcessorCount)) : null;
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor inputs)
    {
        _replicas[0].Statistics.Remember();
        foreach (var other in _replicas.Skip(1))
        {
            other.Statistics.Copy(_replicas[0].Statistics);
        }

        var parts = Parts(inputs);
        var outputs = new Tensor[_replicas.Length];
        ForEach(group => outputs[group] = _replicas[group].Forward(parts[group]));
        return Leaf(outputs);
    }

    /// <inheritdoc/>
    public override void Backward(Tensor gradient)
    {
        var parts = Parts(gradient);
        ForEach(group => _replicas[group].Backward(parts[group]));
        if (_replicas.Length == 1)
        {
            return;
        }

        foreach (var other in _replicas.Skip(1))
        {
            _replicas[0].Gradients.Plus_(other.Gradients);
            _replicas[0].Statistics.Values.Plus_(other.Statistics.Values);
            other.Gradients.zero_();
        }

        _replicas[0].Statistics.Values.Over_(_replicas.Length);
    }

    /// <inheritdoc/>
    public override void Undo() => _replicas[0].Statistics.Recall();

    private protected override void Dispose(bool disposing)
    {
        _workers?.Dispose();
        foreach (var replica in _replicas)
        {
            replica.Dispose();
        }

        _replicas[0].Statistics.Dispose();
    }

    private Tensor[] Parts(Tensor all) =>
        [.. Enumerable.Range(0, _replicas.Length).Select(group => Part(all, group, _replicas.Length))];

    private void ForEach(Action<int> pass)
    {
        if (_workers is not null)
        {
            _workers.Run(_replicas.Length, pass);
            return;
        }

        for (var group = 0; group < _replicas.Length; group++)
        {
            pass(group);
        }
    }
}
