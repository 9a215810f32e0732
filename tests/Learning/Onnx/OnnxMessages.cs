using System.Runtime.InteropServices;
using Distill.Pipeline.Storage;
using Tests.Pipeline;

namespace Tests.Learning.Onnx;

/// <summary>ONNX messages, written field by field (onnx.proto), so that tests can write what exporters do not.</summary>
internal static class OnnxMessages
{
    /// <summary>Element type fp32.</summary>
    public const long Float = 1;

    private const long TypeFloat = 1;
    private const long TypeInt = 2;
    private const long TypeGraph = 5;
    private const long TypeInts = 7;

    /// <summary>Writes a model. Sizes of outputs are free.</summary>
    public static string Write(
        TempFolder folder, string name, byte[][] nodes, (string Name, long Type, long?[] Shape)[] inputs, (string Name, int Rank)[] outputs,
        params byte[][] constants)
    {
        var model = ProtobufMessage.Of(message =>
        {
            message.Number(1, 8);
            message.Nested(7, Graph(nodes, inputs, outputs, constants));
            message.Nested(8, ProtobufMessage.Of(version => version.Number(2, 17)));
        });
        Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
        File.WriteAllBytes(folder[name], model);
        return folder[name];
    }

    public static byte[] Graph(
        byte[][] nodes, (string Name, long Type, long?[] Shape)[] inputs, (string Name, int Rank)[] outputs, params byte[][] constants) =>
        ProtobufMessage.Of(message =>
        {
            Array.ForEach(nodes, node => message.Nested(1, node));
            message.Text(2, "test");
            Array.ForEach(constants, constant => message.Nested(5, constant));
            Array.ForEach(inputs, input => message.Nested(11, Value(input.Name, input.Type, input.Shape)));
            Array.ForEach(outputs, output => message.Nested(12, Value(output.Name, Float, new long?[output.Rank])));
        });

    public static byte[] Node(string operation, string[] inputs, string output, params byte[][] attributes) =>
        Node(operation, inputs, [output], attributes);

    public static byte[] Node(string operation, string[] inputs, string[] outputs, params byte[][] attributes) => ProtobufMessage.Of(node =>
    {
        Array.ForEach(inputs, input => node.Text(1, input));
        Array.ForEach(outputs, output => node.Text(2, output));
        node.Text(4, operation);
        Array.ForEach(attributes, attribute => node.Nested(5, attribute));
    });

    public static byte[] Subgraph(string name, byte[] graph) => ProtobufMessage.Of(attribute =>
    {
        attribute.Text(1, name);
        attribute.Nested(6, graph);
        attribute.Number(20, TypeGraph);
    });

    public static byte[] Real(string name, float value) => ProtobufMessage.Of(attribute =>
    {
        attribute.Text(1, name);
        attribute.Real32(2, value);
        attribute.Number(20, TypeFloat);
    });

    public static byte[] Integer(string name, long value) => ProtobufMessage.Of(attribute =>
    {
        attribute.Text(1, name);
        attribute.Number(3, value);
        attribute.Number(20, TypeInt);
    });

    public static byte[] Integers(string name, params long[] values) => ProtobufMessage.Of(attribute =>
    {
        attribute.Text(1, name);
        Array.ForEach(values, value => attribute.Number(8, value));
        attribute.Number(20, TypeInts);
    });

    public static byte[] Int64(string name, params long[] values) => ProtobufMessage.Of(tensor =>
    {
        tensor.Number(1, values.Length);
        tensor.Number(2, 7);
        Array.ForEach(values, value => tensor.Number(7, value));
        tensor.Text(8, name);
    });

    /// <summary>A constant of any type.</summary>
    /// <param name="name">Name of the value.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Its sizes, possible or not.</param>
    /// <param name="bytes">The values, little-endian.</param>
    public static byte[] Constant(string name, long type, long[] shape, byte[] bytes) => ProtobufMessage.Of(tensor =>
    {
        Array.ForEach(shape, size => tensor.Number(1, size));
        tensor.Number(2, type);
        tensor.Text(8, name);
        tensor.Nested(9, bytes);
    });

    public static byte[] Floats(string name, long[] shape, params float[] values) =>
        Constant(name, Float, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>A constant whose values are in a file beside the model.</summary>
    public static byte[] External(string name, long[] shape, string file) => ProtobufMessage.Of(tensor =>
    {
        Array.ForEach(shape, size => tensor.Number(1, size));
        tensor.Number(2, Float);
        tensor.Text(8, name);
        tensor.Nested(13, ProtobufMessage.Of(entry =>
        {
            entry.Text(1, "location");
            entry.Text(2, file);
        }));
        tensor.Number(14, 1);
    });

    public static byte[] Value(string name, long type, long?[] shape) => ProtobufMessage.Of(value =>
    {
        var dimensions = ProtobufMessage.Of(list => Array.ForEach(shape, size => list.Nested(1, ProtobufMessage.Of(dimension =>
        {
            if (size is { } number)
            {
                dimension.Number(1, number);
            }
        }))));
        value.Text(1, name);
        value.Nested(2, ProtobufMessage.Of(kind => kind.Nested(1, ProtobufMessage.Of(tensor =>
        {
            tensor.Number(1, type);
            tensor.Nested(2, dimensions);
        }))));
    });
}
