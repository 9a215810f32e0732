using static TorchSharp.torch;

namespace Distill.Imaging.SoftTargets;

/// <summary>
/// A table's logits on the computing device, as they are stored, and batches of them spread out over all K classes.
/// </summary>
/// <remarks>
/// Where a row has but its k largest, each of the other classes gets <c>rest − log(K−k)</c>: an even share of their common mass. At
/// T = 1 the k classes' probabilities are then the teacher's own, and so is the sum of the others. At another temperature this is
/// an approximation: the others' real differences would be sharpened or softened as well. Even shares have the largest entropy, so
/// below T = 1 the others together get less than the teacher gave them, and above it more.
/// </remarks>
public abstract class SoftTargetLogits : IDisposable
{
    /// <summary>R.</summary>
    public abstract int Count { get; }

    /// <summary>K.</summary>
    public abstract int Classes { get; }

    public abstract Device Device { get; }

    /// <summary>How many rows to spread out at a time when going through all of them.</summary>
    public abstract int RowsAtOnce { get; }

    public static SoftTargetLogits Of(SoftTargetTable table, Device device) =>
        table.TopK > 0 ? new TopLogits(table, device) : new WholeLogits(table, device);

    /// <summary>Logits of these rows: [N, K], fp32.</summary>
    /// <param name="rows_N">64-bit numbers of rows, on the device.</param>
    public abstract Tensor Take(Tensor rows_N);

    /// <summary>Logits of <paramref name="count"/> neighboring rows: [count, K], fp32; not to be changed in place.</summary>
    public abstract Tensor Range(int start, int count);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
