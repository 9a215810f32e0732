using System.Runtime.InteropServices;

namespace Distill.Learning.Onnx;

/// <summary>A constant tensor of a model that was read: a weight, most often.</summary>
/// <param name="Name">Name of the value in the graph.</param>
/// <param name="Shape">Size of each dimension.</param>
/// <param name="DataType">TensorProto.DataType: 1 is fp32, 10 is fp16.</param>
/// <param name="Bytes">Values in little-endian order; empty if they are in another file.</param>
/// <param name="ExternalFile">Path of the file that holds the values, relative to the model; null if the model holds them.</param>
public sealed record OnnxInitializer(
    string Name, IReadOnlyList<long> Shape, int DataType, ReadOnlyMemory<byte> Bytes, string? ExternalFile)
{
    /// <summary>Number of values.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>
    /// Whether the values are weights, which are real numbers or, in quantized models, short integers. Shapes and indices are int64.
    /// </summary>
    public bool IsWeight => DataType is not (
        OnnxProto.TensorProto.Int64 or OnnxProto.TensorProto.Text or OnnxProto.TensorProto.Boolean);

    /// <summary>Returns the values in fp32, row-major.</summary>
    /// <exception cref="InvalidDataException">They are of another type, in another file, or incomplete.</exception>
    public float[] ToFloats()
    {
        float[] values = DataType switch
        {
            OnnxProto.TensorProto.Float => MemoryMarshal.Cast<byte, float>(Bytes.Span).ToArray(),
            OnnxProto.TensorProto.Float16 => [.. MemoryMarshal.Cast<byte, Half>(Bytes.Span).ToArray().Select(value => (float)value)],
            _ => throw new InvalidDataException($"{Name}: found values of type {DataType}, expected fp32 (1) or fp16 (10)"),
        };
        return values.Length == Count
            ? values
            : throw new InvalidDataException($"{Name}: found {values.Length} values, expected {Count}, inside the model file");
    }
}
