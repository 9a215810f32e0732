// R rows of the table, N rows of a batch, K classes, k stored classes
using static TorchSharp.torch;

namespace Distill.Imaging.SoftTargets;

/// <summary>
/// The logits of a table on the computing device, in their stored form. Batches of them are expanded to all K classes.
/// </summary>
/// <remarks>
/// If a row has only its k largest logits, each other class gets <c>rest − log(K−k)</c>, an equal part of their common mass. At T = 1
/// the probabilities of the k classes are then those of the teacher, and so is the sum of the others. At other temperatures this is
/// an approximation, since it ignores the differences among the others. Equal parts have the largest entropy, so the others together get
/// too little below T = 1 and too much above it.
/// </remarks>
public abstract class SoftTargetLogits : IDisposable
{
    /// <summary>Number of rows, R.</summary>
    public abstract int Count { get; }

    /// <summary>Number of classes, K.</summary>
    public abstract int Classes { get; }

    public abstract Device Device { get; }

    /// <summary>Number of rows to expand at a time when all of them are read.</summary>
    public abstract int RowsAtOnce { get; }

    /// <summary>Copies the logits of a table to a device.</summary>
    public static SoftTargetLogits Load(SoftTargetTable table, Device device) =>
        table.TopK > 0 ? new TopLogits(table, device) : new WholeLogits(table, device);

    /// <summary>Returns the logits of rows: [N, K], fp32.</summary>
    /// <param name="rows_N">Numbers of the rows, int64, on the device.</param>
    public abstract Tensor Take(Tensor rows_N);

    /// <summary>Returns the logits of <paramref name="count"/> consecutive rows: [count, K], fp32. Do not change it in place.</summary>
    public abstract Tensor Range(int start, int count);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
