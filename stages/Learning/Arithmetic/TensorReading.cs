using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>Reads numbers from tensors, which waits for the device. See <see cref="TensorArithmetic"/>.</summary>
public static class TensorReading
{
    public static double ReadDouble(this Tensor x)
    {
        using var number = x.ToScalar();
        return number.ToDouble();
    }

    public static long ReadInt64(this Tensor x)
    {
        using var number = x.ToScalar();
        return number.ToInt64();
    }

    public static bool ReadBoolean(this Tensor x)
    {
        using var number = x.ToScalar();
        return number.ToBoolean();
    }

    /// <summary>Reads all elements in row-major order.</summary>
    /// <typeparam name="T">The type of the elements; nothing is converted.</typeparam>
    /// <exception cref="ArgumentException">The elements have another type.</exception>
    public static T[] ReadAll<T>(this Tensor x)
        where T : unmanaged
    {
        if (x.dtype != ToScalarType<T>())
        {
            throw new ArgumentException($"found a tensor of {x.dtype}, expected {typeof(T).Name}", nameof(x));
        }

        // One copy, because TorchSharp's accessor calls the native library for the size of the tensor at every element.
        using var scope = NewDisposeScope();
        return MemoryMarshal.Cast<byte, T>(x.cpu().contiguous().bytes).ToArray();
    }

    private static ScalarType ToScalarType<T>() => Type.GetTypeCode(typeof(T)) switch
    {
        TypeCode.Byte => ScalarType.Byte,
        TypeCode.Int32 => ScalarType.Int32,
        TypeCode.Int64 => ScalarType.Int64,
        TypeCode.Single => ScalarType.Float32,
        TypeCode.Double => ScalarType.Float64,
        _ => throw new ArgumentException($"tensors cannot be read as {typeof(T).Name}"),
    };
}
