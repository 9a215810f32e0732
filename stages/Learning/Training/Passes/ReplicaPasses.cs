using Distill.Learning.Arithmetic;
using Distill.Learning.Native;
using Distill.Learning.Optimizers;
using static TorchSharp.torch;

namespace Distill.Learning.Training.Passes;

/// <summary>
/// Passes that keep the graphs of all groups in memory, each in its own replica, with one thread per group. Two cores train narrow
/// networks a third faster that way than with two threads in every kernel. Gradients are added as a balanced binary tree, whatever the
/// number of threads, so ranks that each have one of its branches end in the same bits.
/// </summary>
internal sealed class ReplicaPasses : GraphPasses
{
    private readonly List<Replica> _replicas = [];
    private readonly WorkerPool _workers;
    private Func<long>? _available;

    /// <param name="task">The task, with its network on the device.</param>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="groups">Number of groups per batch, at least 2.</param>
    /// <param name="compute">Device and arithmetic.</param>
    /// <param name="available">
    /// Returns the bytes that are left. The first forward pass fails if the graphs of all groups need more. Linux gives memory that it does
    /// not have, and ends the process when that is used. Null for no check.
    /// </param>
    public ReplicaPasses(
        TrainingTask task, FlatParameters parameters, int groups, Compute compute, Func<long>? available = null)
        : base(task)
    {
        _available = available;
        _workers = new WorkerPool(Math.Min(groups, Environment.ProcessorCount));
        try
        {
            _replicas.Add(new Replica(task.Network, parameters, new RunningStatistics(task.Network), compute));
            while (_replicas.Count < groups)
            {
                _replicas.Add(new Replica(task.NewReplica(), parameters, compute));
            }
        }
        catch
        {
            Dispose(disposing: true);
            throw;
        }
    }

    /// <inheritdoc/>
    public override RunningStatistics Statistics => _replicas[0].Statistics;

    /// <inheritdoc/>
    public override void Undo() => Statistics.Recall();

    /// <inheritdoc/>
    public override Tensor Forward(StepInputs inputs)
    {
        Statistics.Remember();
        foreach (var other in _replicas.Skip(1))
        {
            other.Statistics.Copy(Statistics);
        }

        var parts = Parts(group => inputs.Group(group, _replicas.Count));
        var outputs = new Tensor[_replicas.Count];
        var first = 0;
        if (_available is not null)
        {
            outputs[first] = ForwardAlone(parts[first], _available);
            first++;
            _available = null;
        }

        _workers.Run(_replicas.Count - first, other => outputs[first + other] = _replicas[first + other].Forward(parts[first + other]));
        return Leaf(outputs);
    }

    /// <summary>Computes the first group, and checks that as much memory is left for each of the others.</summary>
    /// <exception cref="InsufficientMemoryException">It is not.</exception>
    private Tensor ForwardAlone(Tensor part, Func<long> available)
    {
        var before = ProcessMemory.Resident;
        Tensor? outputs = null;
        // On a worker, whose kernels have as many threads as those of the other groups.
        _workers.Run(1, _ => outputs = _replicas[0].Forward(part));
        var needed = (_replicas.Count - 1) * (ProcessMemory.Resident - before);
        return needed <= available()
            ? outputs!
            : throw new InsufficientMemoryException(
                FormattableString.Invariant($"the graphs of {_replicas.Count} groups need {needed >> 20} MiB more memory"));
    }

    /// <inheritdoc/>
    public override void Backward(Tensor gradient)
    {
        var parts = Parts(group => GroupOf(gradient, group));
        _workers.Run(_replicas.Count, group => _replicas[group].Backward(parts[group]));
        Add(0, _replicas.Count);
        foreach (var other in _replicas.Skip(1))
        {
            other.Gradients.zero_();
        }

        Statistics.Average(_replicas.Count);
        Statistics.CountBatch();
    }

    /// <summary>Adds neighboring groups to the first of them, after each half was added to its own first one.</summary>
    private void Add(int first, int count)
    {
        if (count > 1)
        {
            var half = (count + 1) / 2;
            Add(first, half);
            Add(first + half, count - half);
            _replicas[first].Gradients.Plus_(_replicas[first + half].Gradients);
            _replicas[first].Statistics.Values.Plus_(_replicas[first + half].Statistics.Values);
        }
    }

    private protected override void Dispose(bool disposing)
    {
        _workers.Dispose();
        foreach (var replica in _replicas)
        {
            replica.Dispose();
            replica.Statistics.Dispose();
        }
    }

    private Tensor[] Parts(Func<int, Tensor> part) => [.. Enumerable.Range(0, _replicas.Count).Select(part)];
}
