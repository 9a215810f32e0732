// R rows, K classes
using static TorchSharp.torch;

namespace Distill.Imaging.SoftTargets;

/// <summary>The teacher's logits of many views, which need not be in memory together.</summary>
public interface ISoftTargetLogits
{
    /// <summary>Number of rows, R.</summary>
    int Count { get; }

    /// <summary>Number of classes, K.</summary>
    int Classes { get; }

    /// <summary>Device on which logits are returned.</summary>
    Device Device { get; }

    /// <summary>Number of rows to read at a time when all of them are read.</summary>
    int RowsAtOnce { get; }

    /// <summary>Returns the logits of consecutive rows: [count, K], fp32. Do not change it in place.</summary>
    Tensor Range(int start, int count);

    /// <summary>Returns the logits of rows: [N, K], fp32.</summary>
    Tensor Take(IReadOnlyList<int> rows_N);
}
