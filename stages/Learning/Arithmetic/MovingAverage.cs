using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>Moving averages of many tensors in one call: on CUDA a few kernels for all of them; on the CPU two for each.</summary>
/// <param name="momentum">The share of an average that stays at each move, in [0, 1].</param>
public sealed class MovingAverage(double momentum) : IDisposable
{
    private readonly TensorScript _move = new("move", FormattableString.Invariant($"""
        def move(averages: List[Tensor], values: List[Tensor]) -> Tensor:
            torch._foreach_mul_(averages, {momentum:R})
            torch._foreach_add_(averages, values, alpha={1 - momentum:R})
            return averages[0]

        """));

    /// <summary>average ← momentum · average + (1 − momentum) · value, for each.</summary>
    /// <param name="averages">Changed in place, at least one; no graph may be recorded.</param>
    /// <param name="values">Tensors of the same shapes, in the same order.</param>
    public void Move(Tensor[] averages, Tensor[] values) => _move.Call(averages, values).Dispose();

    public void Dispose() => _move.Dispose();
}
