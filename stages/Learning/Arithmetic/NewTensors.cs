using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>New tensors whose elements numbers tell. See <see cref="TensorArithmetic"/>.</summary>
public static class NewTensors
{
    /// <summary>0 … count − 1, 64-bit integers.</summary>
    public static Tensor Range(long count, Device device) => Range(0, count, device);

    /// <summary>first … end − 1, 64-bit integers.</summary>
    public static Tensor Range(long first, long end, Device device)
    {
        using Scalar start = first;
        using Scalar stop = end;
        using Scalar step = 1;
        return arange(start, stop, step, ScalarType.Int64, device);
    }

    /// <summary>A tensor of x's shape and device, full of one number.</summary>
    public static Tensor FullLike(Tensor x, double number, ScalarType type)
    {
        using Scalar filling = number;
        return full_like(x, filling, type);
    }
}
