using Distill.Pipeline.Storage;
using Google.Protobuf;

namespace Distill.Learning.Onnx;

/// <summary>
/// Writes a graph as an ONNX model (onnx.proto, IR version 8). Messages are written field by field, lengths first, so that weights are never copied;
/// a protobuf message may not exceed 2 GiB, so weights of larger models go into a file of their own beside it.
/// </summary>
/// <param name="producer">Said in the model.</param>
/// <param name="metadata">Keys and values said in the model.</param>
public sealed class OnnxFile(string producer, IReadOnlyList<KeyValuePair<string, string>> metadata)
{
    private const string Name = "network";
    private const long IrVersion = 8;
    private const long MostInline = int.MaxValue - (64L << 20);

    // Where weights of another file begin; what maps the file into memory wants pages.
    private const long Alignment = 4096;

    /// <summary>Whether a graph's weights are too large to lie in the model's own file.</summary>
    public static bool NeedsDataFile(OnnxGraph graph, long mostInline = MostInline) =>
        graph.Constants.Sum(constant => (long)constant.Data.Length) > mostInline;

    /// <summary>Writes the model with its weights.</summary>
    public void Write(Stream stream, OnnxGraph graph) => Write(stream, graph, null, null);

    /// <summary>Writes the model, and its weights elsewhere.</summary>
    /// <param name="stream">Takes the model.</param>
    /// <param name="graph">The network.</param>
    /// <param name="data">Takes the weights.</param>
    /// <param name="dataName">The file name of the weights, which have to lie beside the model.</param>
    public void Write(Stream stream, OnnxGraph graph, Stream? data, string? dataName)
    {
        var constants = graph.Constants.Select(constant => ConstantMessage(constant, data, dataName)).ToArray();
        byte[][] nodes = [.. graph.Nodes.Select(NodeMessage)];
        var input = ValueMessage(OnnxGraph.Input, [null, .. graph.ImageShape.Select(size => (long?)size)]);
        byte[][] outputs =
        [
            ValueMessage(OnnxGraph.Output, [null, graph.Classes]),
            .. graph.MoreOutputs.Select(name => ValueMessage(name, null)),
        ];
        var graphLength = Framed(2, Name.Length) + nodes.Sum(node => Framed(1, node.LongLength)) + constants.Sum(constant => Framed(5, constant.Length))
            + Framed(11, input.LongLength) + outputs.Sum(message => Framed(12, message.LongLength));

        using var model = new CodedOutputStream(stream, leaveOpen: true);
        model.Number(1, IrVersion);
        model.Text(2, producer);
        Tag(model, 7, graphLength);
        nodes.ToList().ForEach(node => model.Nested(1, node));
        model.Text(2, Name);
        foreach (var (head, inline) in constants)
        {
            Tag(model, 5, head.Length + inline.Length);
            model.Flush();
            stream.Write(head);
            stream.Write(inline.Span);
        }

        model.Nested(11, input);
        outputs.ToList().ForEach(output => model.Nested(12, output));
        model.Nested(8, ProtobufMessage.Of(version =>
        {
            version.Text(1, "");
            version.Number(2, OnnxGraph.Opset);
        }));
        foreach (var (key, value) in metadata)
        {
            model.Nested(14, Pair(key, value));
        }
    }

    private static byte[] NodeMessage(OnnxNode node) => ProtobufMessage.Of(output =>
    {
        node.Inputs.ToList().ForEach(name => output.Text(1, name));
        node.Outputs.ToList().ForEach(name => output.Text(2, name));
        output.Text(3, node.Name);
        output.Text(4, node.Operator);
        node.Options.ToList().ForEach(option => output.Nested(5, OptionMessage(option)));
    });

    private static byte[] OptionMessage(OnnxAttribute option) => ProtobufMessage.Of(output =>
    {
        const int number = 2;
        const int numbers = 7;
        output.Text(1, option.Name);
        if (option.Number is { } single)
        {
            output.Number(3, single);
        }

        option.Numbers?.ToList().ForEach(value => output.Number(8, value));
        output.Number(20, option.Number is null ? numbers : number);
    });

    /// <summary>A TensorProto: all but its bytes, and those of its bytes that lie in the message.</summary>
    private static Part ConstantMessage(OnnxTensor constant, Stream? data, string? dataName)
    {
        var head = ProtobufMessage.Of(output =>
        {
            constant.Shape.ToList().ForEach(size => output.Number(1, size));
            output.Number(2, (long)constant.Type);
            output.Text(8, constant.Name);
            if (data is null)
            {
                output.WriteTag(9, WireFormat.WireType.LengthDelimited);
                output.WriteLength(constant.Data.Length);
                return;
            }

            data.Write(new byte[(Alignment - (data.Position % Alignment)) % Alignment]);
            output.Nested(13, Pair("location", dataName!));
            output.Nested(13, Pair("offset", FormattableString.Invariant($"{data.Position}")));
            output.Nested(13, Pair("length", FormattableString.Invariant($"{constant.Data.Length}")));
            data.Write(constant.Data.Span);
            const int external = 1;
            output.Number(14, external);
        });
        return new Part(head, data is null ? constant.Data : ReadOnlyMemory<byte>.Empty);
    }

    /// <summary>A ValueInfoProto of floats; null for a size that is free, and for a shape that is not said.</summary>
    private static byte[] ValueMessage(string name, IReadOnlyList<long?>? shape) => ProtobufMessage.Of(value =>
    {
        value.Text(1, name);
        value.Nested(2, ProtobufMessage.Of(type => type.Nested(1, ProtobufMessage.Of(tensor =>
        {
            tensor.Number(1, (long)OnnxType.Fp32);
            if (shape is not null)
            {
                tensor.Nested(2, ProtobufMessage.Of(sizes => shape.ToList().ForEach(size => sizes.Nested(1, ProtobufMessage.Of(dimension =>
                {
                    if (size is { } known)
                    {
                        dimension.Number(1, known);
                    }
                    else
                    {
                        dimension.Text(2, "batch");
                    }
                })))));
            }
        }))));
    });

    private static byte[] Pair(string key, string value) => ProtobufMessage.Of(pair =>
    {
        pair.Text(1, key);
        pair.Text(2, value);
    });

    private static void Tag(CodedOutputStream output, int field, long length)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteUInt64((ulong)length);
    }

    private static long Framed(int field, long length) =>
        CodedOutputStream.ComputeTagSize(field) + CodedOutputStream.ComputeUInt64Size((ulong)length) + length;

    private sealed record Part(byte[] Head, ReadOnlyMemory<byte> Inline)
    {
        public long Length => Head.LongLength + Inline.Length;
    }
}
