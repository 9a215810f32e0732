using Distill.Imaging.SoftTargets;
using static TorchSharp.torch;

namespace Tests.Distill;

/// <summary>Logits of all classes, [R, K], which are read in chunks of so many rows; 0 for all of them at once.</summary>
internal sealed class InMemory(Tensor logits_RK, int rows = 0) : ISoftTargetLogits
{
    public int Count => (int)logits_RK.shape[0];

    public int Classes => (int)logits_RK.shape[1];

    public Device Device => logits_RK.device;

    public int RowsAtOnce => rows == 0 ? Count : rows;

    public Tensor Range(int start, int count) => logits_RK.narrow(0, start, count);

    public Tensor Take(IReadOnlyList<int> rows_N) => logits_RK.index_select(0, tensor([.. rows_N.Select(row => (long)row)]));
}
