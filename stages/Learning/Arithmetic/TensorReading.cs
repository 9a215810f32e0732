using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>Numbers read off tensors; each waits for the device. See <see cref="TensorArithmetic"/>.</summary>
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

    /// <summary>All elements, the last dimension's one after the other.</summary>
    /// <typeparam name="T">What the tensor holds; nothing is converted.</typeparam>
    /// <param name="x">On any device.</param>
    /// <exception cref="ArgumentException">The tensor holds numbers of another type.</exception>
    public static T[] ReadAll<T>(this Tensor x)
        where T : unmanaged
    {
        if (x.dtype != ToScalarType<T>())
        {
            throw new ArgumentException($"Expected a tensor of {typeof(T).Name}; got {x.dtype}.", nameof(x));
        }

        // In one copy: TorchSharp's accessor asks the native library for the tensor's size at every element.
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
        _ => throw new ArgumentException($"No tensor is read as {typeof(T).Name}."),
    };
}
