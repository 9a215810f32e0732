using System.Runtime.InteropServices;

namespace Distill.Learning.Onnx;

/// <summary>A constant of a graph, row-major and little-endian.</summary>
/// <param name="Name">Of its own in the graph.</param>
/// <param name="Type">Of its elements.</param>
/// <param name="Shape">Empty for a single number.</param>
/// <param name="Data">Its bytes.</param>
public sealed record OnnxTensor(string Name, OnnxType Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data)
{
    public static OnnxTensor Of(string name, float[] values, params IReadOnlyList<long> shape) => Make(name, OnnxType.Fp32, values, shape);

    public static OnnxTensor Of(string name, Half[] values, params IReadOnlyList<long> shape) => Make(name, OnnxType.Fp16, values, shape);

    public static OnnxTensor Of(string name, sbyte[] values, params IReadOnlyList<long> shape) => Make(name, OnnxType.S8, values, shape);

    public static OnnxTensor Of(string name, byte[] values, params IReadOnlyList<long> shape) => Make(name, OnnxType.U8, values, shape);

    public static OnnxTensor Of(string name, int[] values, params IReadOnlyList<long> shape) => Make(name, OnnxType.S32, values, shape);

    /// <summary>The elements of a tensor of <see cref="OnnxType.Fp32"/>.</summary>
    public ReadOnlySpan<float> Floats => Type == OnnxType.Fp32
        ? MemoryMarshal.Cast<byte, float>(Data.Span)
        : throw new InvalidOperationException($"{Name} holds {Type}");

    private static OnnxTensor Make<T>(string name, OnnxType type, T[] values, IReadOnlyList<long> shape)
        where T : unmanaged
    {
        if (shape.Aggregate(1L, (product, size) => product * size) != values.Length)
        {
            throw new ArgumentException($"{values.Length} values do not fill [{string.Join(", ", shape)}]", nameof(values));
        }

        return new OnnxTensor(name, type, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }
}
