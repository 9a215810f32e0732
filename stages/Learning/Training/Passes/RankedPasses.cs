using Distill.Learning.Arithmetic;
using Distill.Learning.Optimizers;
using Distill.Learning.Ranks;
using static TorchSharp.torch;

namespace Distill.Learning.Training.Passes;

/// <summary>
/// The passes of one rank: its share of the groups goes through other passes. Then gradients are summed over the ranks, and running
/// statistics averaged. If the number of ranks is a power of two, and NCCL does not sum, the result has the bits of one process with the
/// same groups in <see cref="ReplicaPasses"/>.
/// </summary>
internal sealed class RankedPasses : NetworkPasses
{
    private readonly RankedTask _task;
    private readonly FlatParameters _parameters;
    private readonly NetworkPasses _own;
    private readonly int _groups;
    private readonly IRanks _ranks;
    private readonly SharedBatch? _batch;

    /// <param name="task">The task, as <paramref name="own"/> sees it.</param>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="own">The passes of this rank's groups; owned by this object.</param>
    /// <param name="groups">Number of groups per batch, or of the parts of one group, on all ranks together.</param>
    /// <param name="ranks">All ranks.</param>
    /// <param name="batch">What normalizes the parts of one group together; null for several groups. Owned by this object.</param>
    public RankedPasses(
        RankedTask task, FlatParameters parameters, NetworkPasses own, int groups, IRanks ranks, SharedBatch? batch) =>
        (_task, _parameters, _own, _groups, _ranks, _batch) = (task, parameters, own, groups, ranks, batch);

    /// <inheritdoc/>
    public override RunningStatistics Statistics => _own.Statistics;

    /// <inheritdoc/>
    public override bool CanReduceMemory => _own.CanReduceMemory;

    /// <inheritdoc/>
    /// <exception cref="OtherRankFailedException">Another rank ran out of memory.</exception>
    public override Tensor Differentiate(long step, StepInputs inputs)
    {
        using var scope = NewDisposeScope();
        _task.Begin(inputs);
        var loss = DifferentiateOwn(step, inputs);
        Agreement.OnSuccess(_ranks);
        _ranks.Sum(_parameters.Gradients);
        // One sum for all that is small.
        var values = Statistics.Values;
        var small = cat([values, loss.reshape(1)]);
        _ranks.Sum(small);
        values.copy_(small.narrow(0, 0, values.numel()).Over_(_groups));
        return (_task.IsLossSumOfRows ? small.narrow(0, values.numel(), 1).squeeze(0).clone() : loss).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override void Undo() => _own.Undo();

    /// <inheritdoc/>
    public override void ReduceMemory() => _own.ReduceMemory();

    private protected override void Dispose(bool disposing)
    {
        _batch?.Dispose();
        _own.Dispose();
    }

    /// <summary>Computes loss and gradient of this rank's share. If memory runs out, the others learn it where they wait.</summary>
    private Tensor DifferentiateOwn(long step, StepInputs inputs)
    {
        try
        {
            _own.Statistics.LeavesSums = true;
            var loss = _own.Differentiate(step, inputs);
            _batch?.EndBackward();
            return loss;
        }
        catch (Exception error) when (error is not OtherRankFailedException && OutOfMemory.Is(error))
        {
            Agreement.OnFailure(_ranks);
            throw;
        }
    }
}
