using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>Creates tensors from .NET numbers. See <see cref="TensorArithmetic"/>.</summary>
public static class NewTensors
{
    /// <summary>Creates 0 … count − 1, as 64-bit integers.</summary>
    public static Tensor Range(long count, Device device) => Range(0, count, device);

    /// <summary>Creates first … end − 1, as 64-bit integers.</summary>
    public static Tensor Range(long first, long end, Device device)
    {
        using Scalar start = first;
        using Scalar stop = end;
        using Scalar step = 1;
        return arange(start, stop, step, ScalarType.Int64, device);
    }

    /// <summary>Creates a tensor with x's shape and device, and with one number in all elements.</summary>
    public static Tensor FullLike(Tensor x, double number, ScalarType type)
    {
        using Scalar value = number;
        return full_like(x, value, type);
    }
}
