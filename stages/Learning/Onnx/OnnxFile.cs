using Distill.Pipeline.Storage;
using Google.Protobuf;
using static Distill.Learning.Onnx.OnnxProto;

namespace Distill.Learning.Onnx;

/// <summary>Writes a graph as an ONNX model (onnx.proto, IR version 8).</summary>
/// <remarks>
/// Messages are written field by field, lengths first, so that weights are never copied. A protobuf message may not exceed 2 GiB, so the
/// weights of larger models go into a separate file beside the model.
/// </remarks>
public sealed class OnnxFile(string producer, IReadOnlyList<KeyValuePair<string, string>> metadata)
{
    private const string GraphName = "network";
    private const long IrVersion = 8;
    private const long MaxInline = int.MaxValue - (64L << 20);

    private const long Alignment = 4096; // Weights in a separate file begin at a page, because runtimes map the file into memory.

    /// <summary>Whether a graph's weights are too large for the model's own file.</summary>
    public static bool NeedsDataFile(OnnxGraph graph, long maxInline = MaxInline) =>
        graph.Constants.Sum(constant => (long)constant.Data.Length) > maxInline;

    /// <summary>Writes the model with its weights.</summary>
    public void Write(Stream stream, OnnxGraph graph) => Write(stream, graph, null, null);

    /// <summary>Writes the model and its weights to separate files.</summary>
    /// <param name="stream">Receives the model.</param>
    /// <param name="graph">The network.</param>
    /// <param name="data">Receives the weights; null to write them into the model.</param>
    /// <param name="dataName">The name of the weights' file, which must lie beside the model; null without such a file.</param>
    public void Write(Stream stream, OnnxGraph graph, Stream? data, string? dataName)
    {
        var constants = graph.Constants.Select(constant => ConstantMessage(constant, data, dataName)).ToArray();
        byte[][] nodes = [.. graph.Nodes.Select(NodeMessage)];
        var input = ValueMessage(OnnxGraph.Input, [null, .. graph.ImageShape.Select(size => (long?)size)]);
        byte[][] outputs =
        [
            ValueMessage(OnnxGraph.Output, [null, graph.Classes]),
            .. graph.ExtraOutputs.Select(name => ValueMessage(name, null)),
        ];
        var graphLength = nodes.Sum(node => FieldLength(GraphProto.Node, node.LongLength))
            + FieldLength(GraphProto.Name, GraphName.Length)
            + constants.Sum(constant => FieldLength(GraphProto.Initializer, constant.Length))
            + FieldLength(GraphProto.Input, input.LongLength)
            + outputs.Sum(output => FieldLength(GraphProto.Output, output.LongLength));

        using var model = new CodedOutputStream(stream, leaveOpen: true);
        model.Number(ModelProto.IrVersion, IrVersion);
        model.Text(ModelProto.ProducerName, producer);
        WriteTag(model, ModelProto.Graph, graphLength);
        foreach (var node in nodes)
        {
            model.Nested(GraphProto.Node, node);
        }

        model.Text(GraphProto.Name, GraphName);
        foreach (var (head, inline) in constants)
        {
            WriteTag(model, GraphProto.Initializer, head.Length + inline.Length);
            model.Flush();
            stream.Write(head);
            stream.Write(inline.Span);
        }

        model.Nested(GraphProto.Input, input);
        foreach (var output in outputs)
        {
            model.Nested(GraphProto.Output, output);
        }

        model.Nested(ModelProto.OpsetImport, ProtobufMessage.Of(version =>
        {
            version.Text(OperatorSetIdProto.Domain, "");
            version.Number(OperatorSetIdProto.Version, OnnxGraph.Opset);
        }));
        foreach (var (key, value) in metadata)
        {
            model.Nested(ModelProto.MetadataProps, EntryMessage(key, value));
        }
    }

    private static byte[] NodeMessage(OnnxNode node) => ProtobufMessage.Of(output =>
    {
        foreach (var name in node.Inputs)
        {
            output.Text(NodeProto.Input, name);
        }

        foreach (var name in node.Outputs)
        {
            output.Text(NodeProto.Output, name);
        }

        output.Text(NodeProto.Name, node.Name);
        output.Text(NodeProto.OpType, node.Operator);
        foreach (var attribute in node.Attributes)
        {
            output.Nested(NodeProto.Attribute, AttributeMessage(attribute));
        }
    });

    private static byte[] AttributeMessage(OnnxAttribute attribute) => ProtobufMessage.Of(output =>
    {
        output.Text(AttributeProto.Name, attribute.Name);
        if (attribute.Value is { } single)
        {
            output.Number(AttributeProto.I, single);
        }

        foreach (var value in attribute.Values ?? [])
        {
            output.Number(AttributeProto.Ints, value);
        }

        output.Number(AttributeProto.Type, attribute.Value is null ? AttributeProto.TypeInts : AttributeProto.TypeInt);
    });

    /// <summary>Makes a TensorProto. If there is a file for the weights, it writes them there.</summary>
    private static ConstantPart ConstantMessage(OnnxTensor constant, Stream? data, string? dataName)
    {
        var head = ProtobufMessage.Of(output =>
        {
            foreach (var size in constant.Shape)
            {
                output.Number(TensorProto.Dims, size);
            }

            output.Number(TensorProto.DataType, (long)constant.Type);
            output.Text(TensorProto.Name, constant.Name);
            if (data is null)
            {
                output.WriteTag(TensorProto.RawData, WireFormat.WireType.LengthDelimited);
                output.WriteLength(constant.Data.Length);
                return;
            }

            data.Write(new byte[(Alignment - (data.Position % Alignment)) % Alignment]);
            output.Nested(TensorProto.ExternalData, EntryMessage("location", dataName!));
            output.Nested(TensorProto.ExternalData, EntryMessage("offset", FormattableString.Invariant($"{data.Position}")));
            output.Nested(TensorProto.ExternalData, EntryMessage("length", FormattableString.Invariant($"{constant.Data.Length}")));
            data.Write(constant.Data.Span);
            output.Number(TensorProto.DataLocation, TensorProto.LocationExternal);
        });
        return new ConstantPart(head, data is null ? constant.Data : ReadOnlyMemory<byte>.Empty);
    }

    /// <summary>Makes a ValueInfoProto of floats. A free size is null, and so is an unknown shape.</summary>
    private static byte[] ValueMessage(string name, IReadOnlyList<long?>? shape) => ProtobufMessage.Of(value =>
    {
        value.Text(ValueInfoProto.Name, name);
        value.Nested(ValueInfoProto.Type, ProtobufMessage.Of(type => type.Nested(TypeProto.TensorType, ProtobufMessage.Of(tensor =>
        {
            tensor.Number(TypeProto.TensorElemType, (long)OnnxType.Fp32);
            if (shape is not null)
            {
                tensor.Nested(TypeProto.TensorShape, ShapeMessage(shape));
            }
        }))));
    });

    private static byte[] ShapeMessage(IReadOnlyList<long?> shape) => ProtobufMessage.Of(output =>
    {
        foreach (var size in shape)
        {
            output.Nested(TensorShapeProto.Dim, ProtobufMessage.Of(dimension =>
            {
                if (size is { } known)
                {
                    dimension.Number(TensorShapeProto.DimValue, known);
                }
                else
                {
                    dimension.Text(TensorShapeProto.DimParam, "batch");
                }
            }));
        }
    });

    private static byte[] EntryMessage(string key, string value) => ProtobufMessage.Of(entry =>
    {
        entry.Text(StringStringEntryProto.Key, key);
        entry.Text(StringStringEntryProto.Value, value);
    });

    private static void WriteTag(CodedOutputStream output, int field, long length)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteUInt64((ulong)length);
    }

    private static long FieldLength(int field, long length) =>
        CodedOutputStream.ComputeTagSize(field) + CodedOutputStream.ComputeUInt64Size((ulong)length) + length;

    /// <summary>A TensorProto: its message up to the weights, and the weights that follow in the message.</summary>
    private sealed record ConstantPart(byte[] Head, ReadOnlyMemory<byte> Inline)
    {
        public long Length => Head.LongLength + Inline.Length;
    }
}
