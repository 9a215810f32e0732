using Distill.Learning.Ranks;
using static TorchSharp.torch;

// R ranks, M rows of one rank, D outputs of the network
namespace Distill.Learning.Training.Passes;

/// <summary>
/// A task whose passes see this rank's share of the batch. A loss that is a sum over rows is computed of these rows alone. Of any other
/// loss, every rank computes the whole, from the outputs of all ranks, and takes back the gradient of its own rows. Nothing is divided by
/// the number of ranks: the sum of the ranks' gradients is the gradient of the loss.
/// </summary>
internal sealed class RankedTask(TrainingTask task, IRanks ranks) : TrainingTask
{
    private long _first;

    /// <inheritdoc/>
    public override nn.Module<Tensor, Tensor> Network => task.Network;

    /// <inheritdoc/>
    public override int ItemsPerStep => task.ItemsPerStep;

    /// <inheritdoc/>
    public override bool IsLossSumOfRows => task.IsLossSumOfRows;

    /// <inheritdoc/>
    public override nn.Module<Tensor, Tensor> NewReplica() => task.NewReplica();

    /// <inheritdoc/>
    public override double EpochOf(long step) => task.EpochOf(step);

    /// <inheritdoc/>
    public override StepInputs Inputs(long step, BatchShare share) => task.Inputs(step, share);

    /// <summary>Prepares for the passes of these inputs.</summary>
    public void Begin(StepInputs inputs) => _first = inputs.FirstInBatch;

    /// <inheritdoc/>
    public override Tensor PartialLoss(long step, Tensor outputs, long first) => task.PartialLoss(step, outputs, _first + first);

    /// <summary>Computes the part of the loss whose gradient this rank takes back.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="outputs">The outputs for this rank's rows, [M, D].</param>
    /// <exception cref="OtherRankFailedException">Another rank could not compute its outputs.</exception>
    public override Tensor Loss(long step, Tensor outputs)
    {
        if (IsLossSumOfRows)
        {
            return PartialLoss(step, outputs, first: 0);
        }

        using var scope = NewDisposeScope();
        Agreement.OnSuccess(ranks);
        var rows = outputs.shape[0];
        var all = ranks.Gather(outputs.detach());
        var before = all.narrow(0, 0, ranks.Rank * rows);
        var after = all.narrow(0, (ranks.Rank + 1) * rows, (ranks.Count - ranks.Rank - 1) * rows);
        return task.Loss(step, cat([before, outputs, after])).MoveToOuterDisposeScope();
    }
}
