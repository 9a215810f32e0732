using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>
/// Exponential moving averages of many tensors. An update takes a few kernels in total on CUDA, and two per tensor on the CPU.
/// </summary>
public sealed class MovingAverage : IDisposable
{
    // The number is a tensor on the CPU, so reading it makes no device wait.
    private readonly TensorScript _move = new("move", """
        def move(averages: List[Tensor], values: List[Tensor], momentum: List[Tensor]) -> Tensor:
            kept = float(momentum[0])
            torch._foreach_mul_(averages, kept)
            torch._foreach_add_(averages, values, alpha=1.0 - kept)
            return averages[0]

        """);

    /// <summary>
    /// The momentum of a step (from 0): at most (1 + step) / (10 + step), as in TensorFlow's <c>ExponentialMovingAverage</c>. With 0.999
    /// from the start, an average of weights would be nearly random for a thousand steps.
    /// </summary>
    public static double WarmedUp(double momentum, long step) => Math.Min(momentum, (1.0 + step) / (10.0 + step));

    /// <summary>Updates each average: average ← momentum · average + (1 − momentum) · value.</summary>
    /// <param name="averages">At least one tensor, changed in place. No graph may be recorded.</param>
    /// <param name="values">Tensors of the same shapes, in the same order.</param>
    /// <param name="momentum">The weight of the old average, in [0, 1].</param>
    public void Move(Tensor[] averages, Tensor[] values, double momentum)
    {
        using var number = tensor([momentum]);
        _move.Call(averages, values, [number]).Dispose();
    }

    public void Dispose() => _move.Dispose();
}
