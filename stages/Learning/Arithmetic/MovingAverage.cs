using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>
/// Exponential moving averages of many tensors. An update takes a few kernels in total on CUDA, and two per tensor on the CPU.
/// </summary>
/// <param name="momentum">The weight of the old average in an update, in [0, 1].</param>
public sealed class MovingAverage(double momentum) : IDisposable
{
    private readonly TensorScript _move = new("move", FormattableString.Invariant($"""
        def move(averages: List[Tensor], values: List[Tensor]) -> Tensor:
            torch._foreach_mul_(averages, {momentum:R})
            torch._foreach_add_(averages, values, alpha={1 - momentum:R})
            return averages[0]

        """));

    /// <summary>Updates each average: average ← momentum · average + (1 − momentum) · value.</summary>
    /// <param name="averages">At least one tensor, changed in place. No graph may be recorded.</param>
    /// <param name="values">Tensors of the same shapes, in the same order.</param>
    public void Move(Tensor[] averages, Tensor[] values) => _move.Call(averages, values).Dispose();

    public void Dispose() => _move.Dispose();
}
