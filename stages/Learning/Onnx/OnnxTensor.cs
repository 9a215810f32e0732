using System.Runtime.InteropServices;

namespace Distill.Learning.Onnx;

/// <summary>A constant of a graph, row-major and little-endian.</summary>
/// <param name="Name">Its name, unique in the graph.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its shape; empty for a single number.</param>
/// <param name="Data">Its bytes.</param>
public sealed record OnnxTensor(string Name, OnnxType Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data)
{
    public static OnnxTensor Create(string name, float[] values, params IReadOnlyList<long> shape) =>
        Create(name, OnnxType.Fp32, values, shape);

    public static OnnxTensor Create(string name, Half[] values, params IReadOnlyList<long> shape) =>
        Create(name, OnnxType.Fp16, values, shape);

    public static OnnxTensor Create(string name, sbyte[] values, params IReadOnlyList<long> shape) =>
        Create(name, OnnxType.S8, values, shape);

    public static OnnxTensor Create(string name, byte[] values, params IReadOnlyList<long> shape) =>
        Create(name, OnnxType.U8, values, shape);

    public static OnnxTensor Create(string name, int[] values, params IReadOnlyList<long> shape) =>
        Create(name, OnnxType.S32, values, shape);

    /// <summary>The elements of a tensor of type <see cref="OnnxType.Fp32"/>.</summary>
    public ReadOnlySpan<float> Floats => Type == OnnxType.Fp32
        ? MemoryMarshal.Cast<byte, float>(Data.Span)
        : throw new InvalidOperationException($"{Name}: found elements of type {Type}, expected {OnnxType.Fp32}");

    private static OnnxTensor Create<T>(string name, OnnxType type, T[] values, IReadOnlyList<long> shape)
        where T : unmanaged
    {
        if (shape.Aggregate(1L, (product, size) => product * size) != values.Length)
        {
            throw new ArgumentException(
                $"{name}: {values.Length} values do not fill the shape [{string.Join(", ", shape)}]", nameof(values));
        }

        return new OnnxTensor(name, type, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }
}

/// <summary>Types of elements. The numbers are those of TensorProto.DataType in onnx.proto.</summary>
public enum OnnxType
{
    Fp32 = 1,
    U8 = 2,
    S8 = 3,
    S32 = 6,
    Fp16 = 10,
}
