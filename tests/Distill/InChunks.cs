using Distill.Imaging.SoftTargets;
using static TorchSharp.torch;

namespace Tests.Distill;

/// <summary>Logits that are read in chunks of so many rows.</summary>
internal sealed class InChunks(SoftTargetLogits all, int rows) : SoftTargetLogits
{
    public override int Count => all.Count;

    public override int Classes => all.Classes;

    public override Device Device => all.Device;

    public override int RowsAtOnce => rows;

    public override Tensor Take(Tensor rows_N) => all.Take(rows_N);

    public override Tensor Range(int start, int count) => all.Range(start, count);

    protected override void Dispose(bool disposing)
    {
    }
}
