using Distill.Encoders.Options;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using Google.Protobuf;
using Tests.Pipeline;

namespace Tests.Encoders;

/// <summary>Small ONNX models whose features are known in closed form, written field by field (onnx.proto).</summary>
internal static class EncoderModels
{
    private const long Float = 1;
    private const long TypeInt = 2;
    private const long TypeInts = 7;

    /// <summary>Writes a model whose features are the mean of each channel of its input.</summary>
    /// <param name="folder">The folder of the model.</param>
    /// <param name="name">File name.</param>
    /// <param name="shape">Shape of the input; null for a free dimension.</param>
    /// <param name="type">Element type of the input: 1 fp32, 10 fp16, 2 bytes.</param>
    /// <param name="keep">Whether the features are maps of one pixel; otherwise they are a vector.</param>
    public static string ChannelMeans(TempFolder folder, string name, long?[] shape, long type = Float, bool keep = false)
    {
        var axes = shape[^1] == 3 && shape[1] != 3 ? new long[] { 1, 2 } : [2, 3];
        byte[][] nodes =
        [
            Node("Cast", ["images"], "cast", Integer("to", Float)),
            Node("ReduceMean", ["cast"], "features", Integers("axes", axes), Integer("keepdims", keep ? 1 : 0)),
        ];
        return Write(folder, name, nodes, [("images", type, shape)], [("features", 2 + (keep ? 2 : 0))]);
    }

    /// <summary>Writes a model whose output are tokens [batch, size·size, 3]: the pixels, first that of the top left.</summary>
    public static string Tokens(TempFolder folder, string name, int size)
    {
        byte[][] nodes =
        [
            Node("Reshape", ["images", "shape"], "planes"),
            Node("Transpose", ["planes"], "last_hidden_state", Integers("perm", 0, 2, 1)),
        ];
        return Write(
            folder, name, nodes, [("images", Float, [null, 3, size, size])], [("last_hidden_state", 3)],
            [Int64("shape", 0, 3, size * size)]);
    }

    /// <summary>Writes a model whose features are the means of vertical stripes of its input, [batch, 3, size, size].</summary>
    public static string Columns(TempFolder folder, string name, int size, int stripes) => Write(
        folder,
        name,
        [
            Node(
                "AveragePool", ["images"], "pooled", Integers("kernel_shape", size, size / stripes),
                Integers("strides", size, size / stripes)),
            Node("Flatten", ["pooled"], "features", Integer("axis", 1)),
        ],
        [("images", Float, [null, 3, size, size])],
        [("features", 2)]);

    /// <summary>Writes a model with two inputs, or two outputs without a usual name.</summary>
    public static string Ambiguous(TempFolder folder, string name, bool inputs) => Write(
        folder,
        name,
        [
            Node("ReduceMean", ["images"], "first", Integers("axes", 2, 3), Integer("keepdims", 0)),
            Node("Add", ["first", inputs ? "text" : "first"], "second"),
        ],
        inputs ? [("images", Float, [1, 3, 4, 4]), ("text", Float, [1, 3])] : [("images", Float, [1, 3, 4, 4])],
        [("first", 2), ("second", 2)]);

    /// <summary>Writes a graph of two nodes that wait for each other.</summary>
    public static string Cycle(TempFolder folder, string name) => Write(
        folder,
        name,
        [Node("Add", ["images", "second"], "first"), Node("Relu", ["first"], "second")],
        [("images", Float, [1, 3, 4, 4])],
        [("second", 4)]);

    /// <summary>Reads the encoders of a pipeline's block "pretrain".</summary>
    public static IReadOnlyList<EncoderOptions> Read(string pretrain) =>
        EncoderOptions.ReadAll(PipelineFile.Parse($"{{ \"pretrain\": {pretrain} }}", "test.json", _ => null).Section("pretrain"));

    /// <summary>Reads the options of one encoder.</summary>
    /// <param name="file">Path of the model.</param>
    /// <param name="rest">Further keys, each after a comma.</param>
    public static EncoderOptions Options(string file, string rest = "") =>
        Read($$"""{ "encoder": { "file": "{{file}}"{{rest}} } }""")[0];

    private static string Write(
        TempFolder folder, string name, byte[][] nodes, (string Name, long Type, long?[] Shape)[] inputs, (string Name, int Rank)[] outputs,
        params byte[][] constants)
    {
        var graph = ProtobufMessage.Of(message =>
        {
            Array.ForEach(nodes, node => message.Nested(1, node));
            message.Text(2, "test");
            Array.ForEach(constants, constant => message.Nested(5, constant));
            Array.ForEach(inputs, input => message.Nested(11, Value(input.Name, input.Type, input.Shape)));
            Array.ForEach(outputs, output => message.Nested(12, Value(output.Name, Float, new long?[output.Rank])));
        });
        var model = ProtobufMessage.Of(message =>
        {
            message.Number(1, 8);
            message.Nested(7, graph);
            message.Nested(8, ProtobufMessage.Of(version => version.Number(2, 17)));
        });
        Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
        File.WriteAllBytes(folder[name], model);
        return folder[name];
    }

    private static byte[] Node(string operation, string[] inputs, string output, params byte[][] attributes) => ProtobufMessage.Of(node =>
    {
        Array.ForEach(inputs, input => node.Text(1, input));
        node.Text(2, output);
        node.Text(4, operation);
        Array.ForEach(attributes, attribute => node.Nested(5, attribute));
    });

    private static byte[] Integer(string name, long value) => ProtobufMessage.Of(attribute =>
    {
        attribute.Text(1, name);
        attribute.Number(3, value);
        attribute.Number(20, TypeInt);
    });

    private static byte[] Integers(string name, params long[] values) => ProtobufMessage.Of(attribute =>
    {
        attribute.Text(1, name);
        Array.ForEach(values, value => attribute.Number(8, value));
        attribute.Number(20, TypeInts);
    });

    private static byte[] Int64(string name, params long[] values) => ProtobufMessage.Of(tensor =>
    {
        tensor.Number(1, values.Length);
        tensor.Number(2, 7);
        Array.ForEach(values, value => tensor.Number(7, value));
        tensor.Text(8, name);
    });

    private static byte[] Value(string name, long type, long?[] shape) => ProtobufMessage.Of(value =>
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
