using static TorchSharp.torch;

// M rows of a batch
namespace Distill.Learning.Training;

/// <summary>
/// The inputs of a step. Rows are made when they are asked for, so that a large batch need not be in the device's memory as floats.
/// </summary>
public abstract class StepInputs : IDisposable
{
    /// <summary>Number of rows, M.</summary>
    public abstract long Rows { get; }

    /// <summary>Wraps a tensor [M, …], and takes ownership of it.</summary>
    public static StepInputs Of(Tensor rows_M) => new TensorInputs(rows_M);

    /// <summary>Makes neighboring rows: [count, …] on the device, the same bits each time. The caller owns them.</summary>
    public abstract Tensor Part(long first, long count);

    /// <summary>Makes all rows: [M, …].</summary>
    public Tensor All() => Part(0, Rows);

    /// <summary>Makes the rows of one group (<see cref="BatchGroup"/>).</summary>
    public Tensor Group(int group, int groups)
    {
        var first = BatchGroup.First(Rows, group, groups);
        return Part(first, BatchGroup.First(Rows, group + 1, groups) - first);
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

    private sealed class TensorInputs(Tensor rows_M) : StepInputs
    {
        public override long Rows => rows_M.shape[0];

        public override Tensor Part(long first, long count) => rows_M.narrow(0, first, count);

        protected override void Dispose(bool disposing) => rows_M.Dispose();
    }
}
