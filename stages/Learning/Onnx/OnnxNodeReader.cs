using System.Runtime.InteropServices;
using Distill.Pipeline.Storage;

namespace Distill.Learning.Onnx;

/// <summary>Reads nodes and tensors of an ONNX graph.</summary>
internal static class OnnxNodeReader
{
    /// <summary>The key of TensorProto.external_data that names the file.</summary>
    private const string Location = "location";

    /// <summary>Values of a tensor; far more than any model has.</summary>
    private const long MaximumCount = 1L << 40;

    /// <summary>Reads a NodeProto.</summary>
    /// <returns>The node, and its tensor if it is a Constant.</returns>
    public static (OnnxNode Node, OnnxInitializer? Constant) Read(ReadOnlyMemory<byte> bytes)
    {
        var (inputs, outputs, attributes) = (new List<string>(), new List<string>(), new List<OnnxAttribute>());
        var (name, operation) = ("", "");
        OnnxInitializer? constant = null;
        var node = new ProtobufReader(bytes.Span);
        while (node.Next())
        {
            switch (node.Field)
            {
                case OnnxProto.NodeProto.Input:
                    inputs.Add(node.Text);
                    break;
                case OnnxProto.NodeProto.Output:
                    outputs.Add(node.Text);
                    break;
                case OnnxProto.NodeProto.Name:
                    name = node.Text;
                    break;
                case OnnxProto.NodeProto.OpType:
                    operation = node.Text;
                    break;
                case OnnxProto.NodeProto.Attribute:
                    var (attribute, tensor) = ReadAttribute(bytes.Slice(node.Start, node.Bytes.Length));
                    attributes.Add(attribute);
                    constant = tensor ?? constant;
                    break;
            }
        }

        return outputs.Count > 0
            ? (new OnnxNode(operation, name, inputs, outputs, attributes), operation == "Constant" ? constant : null)
            : throw new InvalidDataException($"node {operation} '{name}' has no output");
    }

    /// <summary>Reads a TensorProto.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or its shape is impossible.</exception>
    public static OnnxInitializer ReadTensor(ReadOnlyMemory<byte> bytes)
    {
        var (shape, type, name, floats) = (new List<long>(), 0, "", new List<float>());
        var (values, external) = (ReadOnlyMemory<byte>.Empty, (string?)null);
        var tensor = new ProtobufReader(bytes.Span);
        while (tensor.Next())
        {
            switch (tensor.Field)
            {
                case OnnxProto.TensorProto.Dims:
                    tensor.AddIntegers(shape);
                    break;
                case OnnxProto.TensorProto.DataType:
                    type = (int)tensor.Number;
                    break;
                case OnnxProto.TensorProto.Name:
                    name = tensor.Text;
                    break;
                case OnnxProto.TensorProto.RawData:
                    values = bytes.Slice(tensor.Start, tensor.Bytes.Length);
                    break;
                case OnnxProto.TensorProto.FloatData:
                    tensor.AddFloats(floats);
                    break;
                case OnnxProto.TensorProto.ExternalData:
                    external ??= LocationOf(tensor.Bytes);
                    break;
            }
        }

        CheckShape(name, shape);
        return new OnnxInitializer(
            name, shape, type, floats.Count > 0 ? MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(floats)).ToArray() : values, external);
    }

    private static void CheckShape(string name, IReadOnlyList<long> shape)
    {
        var count = 1L;
        foreach (var size in shape)
        {
            count = size < 0 || (size > 0 && count > MaximumCount / size)
                ? throw new InvalidDataException(
                    $"tensor '{name}' has the shape [{string.Join(", ", shape)}], expected sizes of at least 0 and less than 2^40 values")
                : count * size;
        }
    }

    private static (OnnxAttribute Attribute, OnnxInitializer? Tensor) ReadAttribute(ReadOnlyMemory<byte> bytes)
    {
        var (name, number, real, numbers) = ("", (long?)null, (float?)null, new List<long>());
        OnnxInitializer? tensor = null;
        var attribute = new ProtobufReader(bytes.Span);
        while (attribute.Next())
        {
            switch (attribute.Field)
            {
                case OnnxProto.AttributeProto.Name:
                    name = attribute.Text;
                    break;
                case OnnxProto.AttributeProto.F:
                    real = attribute.Real32;
                    break;
                case OnnxProto.AttributeProto.I:
                    number = attribute.Number;
                    break;
                case OnnxProto.AttributeProto.Ints:
                    attribute.AddIntegers(numbers);
                    break;
                case OnnxProto.AttributeProto.T:
                    tensor = ReadTensor(bytes.Slice(attribute.Start, attribute.Bytes.Length));
                    break;
            }
        }

        return (new OnnxAttribute(name, number, numbers.Count > 0 ? numbers : null) { Real = real }, tensor);
    }

    private static string? LocationOf(ReadOnlySpan<byte> entry)
    {
        var (key, value) = ("", "");
        var pair = new ProtobufReader(entry);
        while (pair.Next())
        {
            if (pair.Field == OnnxProto.StringStringEntryProto.Key)
            {
                key = pair.Text;
            }
            else if (pair.Field == OnnxProto.StringStringEntryProto.Value)
            {
                value = pair.Text;
            }
        }

        return key == Location ? value : null;
    }
}
