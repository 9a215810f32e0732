// R rows of the table, N rows of a batch, K classes, k stored classes
using static TorchSharp.torch;

namespace Distill.Imaging.SoftTargets;

/// <summary>The k largest logits of each row, their classes, and the sum of the others: 8k + 4 bytes per row instead of 4K.</summary>
internal sealed class TopLogits : SoftTargetLogits
{
    // A chunk in fp32 then takes 16 MiB.
    private const int ElementsPerChunk = 1 << 22;

    private readonly Tensor _logits_Rk;
    private readonly Tensor _classes_Rk;
    private readonly Tensor _others_R1;

    public TopLogits(SoftTargetTable table, Device device)
    {
        using var scope = NewDisposeScope();
        (Count, Classes) = (table.Count, table.Classes);
        _logits_Rk = HostTensor.Of(table.Logits, Count, table.TopK).to(device).DetachFromDisposeScope();
        _classes_Rk = HostTensor.Of(table.TopClasses, Count, table.TopK).to(device).DetachFromDisposeScope();
        var logOthers = Math.Log(Classes - table.TopK);
        _others_R1 = tensor([.. table.Rest.Select(rest => (float)(rest - logOthers))], [Count, 1]).to(device).DetachFromDisposeScope();
    }

    public override int Count { get; }

    public override int Classes { get; }

    public override Device Device => _logits_Rk.device;

    public override int RowsAtOnce => Math.Max(1, ElementsPerChunk / Classes);

    public override Tensor Take(Tensor rows_N)
    {
        using var scope = NewDisposeScope();
        return Expand(_logits_Rk.index_select(0, rows_N), _classes_Rk.index_select(0, rows_N), _others_R1.index_select(0, rows_N))
            .MoveToOuterDisposeScope();
    }

    public override Tensor Range(int start, int count)
    {
        using var scope = NewDisposeScope();
        return Expand(_logits_Rk.narrow(0, start, count), _classes_Rk.narrow(0, start, count), _others_R1.narrow(0, start, count))
            .MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        _logits_Rk.Dispose();
        _classes_Rk.Dispose();
        _others_R1.Dispose();
    }

    private Tensor Expand(Tensor logits_Nk, Tensor classes_Nk, Tensor others_N1) =>
        others_N1.repeat(1, Classes).scatter_(1, classes_Nk.to_type(ScalarType.Int64), logits_Nk);
}
