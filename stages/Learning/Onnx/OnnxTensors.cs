using Distill.Pipeline.Storage;

namespace Distill.Learning.Onnx;

/// <summary>
/// Finds every tensor of a model: initializers and attributes, also in the subgraphs of If, Loop and Scan, and in local functions.
/// </summary>
internal static class OnnxTensors
{
    /// <summary>Subgraphs within subgraphs; exporters write few.</summary>
    private const int MaximumDepth = 64;

    /// <summary>Reads the tensors of a GraphProto.</summary>
    /// <param name="graph">The message.</param>
    /// <param name="depth">Number of graphs around it.</param>
    /// <exception cref="InvalidDataException">The message is damaged.</exception>
    public static List<OnnxInitializer> OfGraph(ReadOnlyMemory<byte> graph, int depth = 0)
    {
        if (depth > MaximumDepth)
        {
            throw new InvalidDataException($"found more than {MaximumDepth} subgraphs within each other");
        }

        var tensors = new List<OnnxInitializer>();
        var fields = new ProtobufReader(graph.Span);
        while (fields.Next())
        {
            var part = graph.Slice(fields.Start, fields.Bytes.Length);
            switch (fields.Field)
            {
                case OnnxProto.GraphProto.Node:
                    tensors.AddRange(OfNode(part, depth));
                    break;
                case OnnxProto.GraphProto.Initializer:
                    tensors.Add(OnnxNodeReader.ReadTensor(part));
                    break;
                case OnnxProto.GraphProto.SparseInitializer:
                    tensors.AddRange(OfSparse(part));
                    break;
            }
        }

        return tensors;
    }

    /// <summary>Reads the tensors of a FunctionProto, whose nodes are those of a graph.</summary>
    /// <inheritdoc cref="OfGraph"/>
    public static List<OnnxInitializer> OfFunction(ReadOnlyMemory<byte> function)
    {
        var tensors = new List<OnnxInitializer>();
        var fields = new ProtobufReader(function.Span);
        while (fields.Next())
        {
            if (fields.Field == OnnxProto.FunctionProto.Node)
            {
                tensors.AddRange(OfNode(function.Slice(fields.Start, fields.Bytes.Length), depth: 0));
            }
        }

        return tensors;
    }

    private static List<OnnxInitializer> OfNode(ReadOnlyMemory<byte> node, int depth)
    {
        var tensors = new List<OnnxInitializer>();
        var fields = new ProtobufReader(node.Span);
        while (fields.Next())
        {
            if (fields.Field == OnnxProto.NodeProto.Attribute)
            {
                tensors.AddRange(OfAttribute(node.Slice(fields.Start, fields.Bytes.Length), depth));
            }
        }

        return tensors;
    }

    private static List<OnnxInitializer> OfAttribute(ReadOnlyMemory<byte> attribute, int depth)
    {
        var tensors = new List<OnnxInitializer>();
        var fields = new ProtobufReader(attribute.Span);
        while (fields.Next())
        {
            var part = attribute.Slice(fields.Start, fields.Bytes.Length);
            switch (fields.Field)
            {
                case OnnxProto.AttributeProto.T or OnnxProto.AttributeProto.Tensors:
                    tensors.Add(OnnxNodeReader.ReadTensor(part));
                    break;
                case OnnxProto.AttributeProto.SparseTensor:
                    tensors.AddRange(OfSparse(part));
                    break;
                case OnnxProto.AttributeProto.G or OnnxProto.AttributeProto.Graphs:
                    tensors.AddRange(OfGraph(part, depth + 1));
                    break;
            }
        }

        return tensors;
    }

    private static List<OnnxInitializer> OfSparse(ReadOnlyMemory<byte> sparse)
    {
        var tensors = new List<OnnxInitializer>();
        var fields = new ProtobufReader(sparse.Span);
        while (fields.Next())
        {
            if (fields.Field is OnnxProto.SparseTensorProto.Values or OnnxProto.SparseTensorProto.Indices)
            {
                tensors.Add(OnnxNodeReader.ReadTensor(sparse.Slice(fields.Start, fields.Bytes.Length)));
            }
        }

        return tensors;
    }
}
