// R rows of the table, N rows of a batch, K classes
using static TorchSharp.torch;

namespace Distill.Imaging.SoftTargets;

/// <summary>The logits of all classes as one matrix.</summary>
internal sealed class WholeLogits : SoftTargetLogits
{
    private readonly Tensor _logits_RK;

    /// <summary>Takes ownership of a matrix in fp32.</summary>
    public WholeLogits(Tensor logits_RK) => _logits_RK = logits_RK.DetachFromDisposeScope();

    internal WholeLogits(SoftTargetTable table, Device device)
    {
        using var scope = NewDisposeScope();
        _logits_RK = HostTensor.Of(table.Logits, table.Count, table.Classes).to(device).DetachFromDisposeScope();
    }

    public override int Count => (int)_logits_RK.shape[0];

    public override int Classes => (int)_logits_RK.shape[1];

    public override Device Device => _logits_RK.device;

    /// <summary>All rows: the matrix is already in memory, and sums over it in one piece keep their rounding.</summary>
    public override int RowsAtOnce => Count;

    public override Tensor Take(Tensor rows_N) => _logits_RK.index_select(0, rows_N);

    public override Tensor Range(int start, int count) => _logits_RK.narrow(0, start, count);

    protected override void Dispose(bool disposing) => _logits_RK.Dispose();
}
