using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

// M rows of a batch
namespace Distill.Learning.Training;

/// <summary>
/// The inputs of a step. Rows are made when they are asked for, so that a large batch need not be in the device's memory as floats.
/// </summary>
public abstract class StepInputs : IDisposable
{
    /// <summary>Number of rows of the whole batch, of which these inputs may be the share of one rank.</summary>
    public abstract long BatchRows { get; }

    /// <summary>The share of the batch that these inputs are.</summary>
    public virtual BatchShare Share => BatchShare.Whole;

    /// <summary>Number of rows, M.</summary>
    public long Rows => Share.Rows(BatchRows);

    /// <summary>The place of the first row in the batch.</summary>
    public long FirstInBatch => Share.First(BatchRows);

    /// <summary>Wraps a share of a tensor [BatchRows, …], and takes ownership of the tensor.</summary>
    public static StepInputs Of(Tensor rows, BatchShare? share = null) => new TensorInputs(rows, share ?? BatchShare.Whole);

    /// <summary>Makes neighboring rows: [count, …] on the device, the same bits each time. The caller owns them.</summary>
    public abstract Tensor Part(long first, long count);

    /// <summary>Makes all rows: [M, …].</summary>
    public Tensor All() => Part(0, Rows);

    /// <summary>
    /// Returns the first row of a group (<see cref="BatchGroup"/>); for the number after the last group, the number of rows.
    /// </summary>
    /// <param name="group">Number of the group among those of this share.</param>
    /// <param name="groups">Number of groups of this share.</param>
    public long FirstOf(int group, int groups) =>
        BatchGroup.First(BatchRows, (Share.Rank * groups) + group, Share.Ranks * groups) - FirstInBatch;

    /// <summary>Makes the rows of one group.</summary>
    /// <inheritdoc cref="FirstOf"/>
    public Tensor Group(int group, int groups)
    {
        var first = FirstOf(group, groups);
        return Part(first, FirstOf(group + 1, groups) - first).Aligned();
    }

    /// <summary>Makes some rows.</summary>
    /// <param name="rows">Their numbers, increasing.</param>
    public Tensor At(long[] rows)
    {
        var count = rows[^1] - rows[0] + 1;
        if (count == rows.Length)
        {
            return Part(rows[0], count);
        }

        using var scope = NewDisposeScope();
        var part = Part(rows[0], count);
        var index = tensor([.. rows.Select(row => row - rows[0])]).to(part.device);
        return part.index_select(0, index).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the rows are made from.</summary>
    protected abstract void Dispose(bool disposing);

    private sealed class TensorInputs(Tensor rows, BatchShare share) : StepInputs
    {
        public override long BatchRows => rows.shape[0];

        public override BatchShare Share => share;

        public override Tensor Part(long first, long count) => rows.narrow(0, FirstInBatch + first, count);

        protected override void Dispose(bool disposing) => rows.Dispose();
    }
}
