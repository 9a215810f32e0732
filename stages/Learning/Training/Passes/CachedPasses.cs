using Distill.Learning.Arithmetic;
using Distill.Learning.Optimizers;
using static TorchSharp.torch;

namespace Distill.Learning.Training.Passes;

/// <summary>
/// Passes that compute the groups one after the other with gradient caching (Gao et al. 2021, arXiv:2101.06983, section 3.2). A forward
/// pass without graph gives the outputs of all groups, and the loss gives their gradient. A second forward pass of each group, with
/// graph, then takes the gradient back. Only one group's graph is in memory at a time; the price is the second forward pass.
/// </summary>
internal sealed class CachedPasses : GraphPasses
{
    private readonly int _groups;
    private readonly Replica _network;
    private StepInputs? _inputs;

    /// <param name="task">The task, with its network on the device.</param>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="groups">Number of groups per batch.</param>
    /// <param name="compute">Device and arithmetic.</param>
    public CachedPasses(TrainingTask task, FlatParameters parameters, int groups, Compute compute)
        : base(task)
    {
        _groups = groups;
        Statistics = new RunningStatistics(task.Network);
        _network = new Replica(task.Network, parameters, Statistics, compute);
    }

    /// <inheritdoc/>
    public override RunningStatistics Statistics { get; }

    /// <inheritdoc/>
    public override void Undo() => Statistics.Recall();

    /// <inheritdoc/>
    /// <remarks>The inputs must live until <see cref="Backward"/>.</remarks>
    public override Tensor Forward(StepInputs inputs)
    {
        _inputs = inputs;
        using var frozen = no_grad();
        Statistics.Remember();
        var outputs = new Tensor[_groups];
        for (var group = 0; group < _groups; group++)
        {
            using var part = inputs.Group(group, _groups);
            outputs[group] = _network.Forward(part);
            _network.Forget();
        }

        // The second pass updates them.
        Statistics.Recall();
        return Leaf(outputs);
    }

    /// <inheritdoc/>
    public override void Backward(Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var sum = zeros_like(Statistics.Values);
        for (var group = 0; group < _groups; group++)
        {
            Statistics.RecallValues();
            using var part = _inputs!.Group(group, _groups);
            _network.Forward(part).Dispose();
            _network.Backward(GroupOf(gradient, group));
            sum.Plus_(Statistics.Values);
        }

        Statistics.Values.copy_(sum);
        Statistics.Average(_groups);
        Statistics.CountBatch();
        _inputs = null;
    }

    private protected override void Dispose(bool disposing)
    {
        _network.Dispose();
        Statistics.Dispose();
    }
}
