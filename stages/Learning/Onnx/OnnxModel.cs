using Distill.Pipeline.Storage;

namespace Distill.Learning.Onnx;

/// <summary>The graph of an ONNX file that others wrote: its nodes and weights.</summary>
/// <param name="Nodes">Nodes, in an order in which they can run.</param>
/// <param name="Weights">Constant tensors by name: initializers and outputs of Constant nodes.</param>
/// <param name="Inputs">Names of the graph's inputs that are not weights.</param>
/// <param name="Outputs">Names of the graph's outputs.</param>
public sealed record OnnxModel(
    IReadOnlyList<OnnxNode> Nodes,
    IReadOnlyDictionary<string, OnnxInitializer> Weights,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs)
{
    /// <summary>Every tensor of the model, also those of subgraphs and local functions.</summary>
    internal IReadOnlyList<OnnxInitializer> Tensors { get; private init; } = [];

    /// <summary>Number of values in the weights of all graphs, which counts running statistics and quantized weights too.</summary>
    public long ParameterCount => Tensors.Where(tensor => tensor.IsWeight).Sum(tensor => tensor.Count);

    /// <summary>Paths of the files that hold weights beside the model, relative to it, ordinal order.</summary>
    public IReadOnlyList<string> ExternalFiles =>
        [.. Tensors.Select(tensor => tensor.ExternalFile).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Reads a model file.</summary>
    /// <exception cref="InvalidDataException">The file is not an ONNX model; the message names it.</exception>
    public static OnnxModel Read(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            var (graph, tensors) = ((OnnxModel?)null, new List<OnnxInitializer>());
            var model = new ProtobufReader(bytes);
            while (model.Next())
            {
                var part = bytes.AsMemory(model.Start, model.Bytes.Length);
                if (model.Field == OnnxProto.ModelProto.Graph)
                {
                    graph = ReadGraph(part);
                    tensors.AddRange(OnnxTensors.OfGraph(part));
                }
                else if (model.Field == OnnxProto.ModelProto.Functions)
                {
                    tensors.AddRange(OnnxTensors.OfFunction(part));
                }
            }

            return graph is null ? throw new InvalidDataException("it has no graph") : graph with { Tensors = tensors };
        }
        catch (InvalidDataException damaged)
        {
            throw new InvalidDataException($"{path}: is not an ONNX model: {damaged.Message}");
        }
    }

    private static OnnxModel ReadGraph(ReadOnlyMemory<byte> bytes)
    {
        var (nodes, weights) = (new List<OnnxNode>(), new Dictionary<string, OnnxInitializer>());
        var (inputs, outputs) = (new List<string>(), new List<string>());
        var graph = new ProtobufReader(bytes.Span);
        while (graph.Next())
        {
            var part = bytes.Slice(graph.Start, graph.Bytes.Length);
            switch (graph.Field)
            {
                case OnnxProto.GraphProto.Node:
                    var (node, constant) = OnnxNodeReader.Read(part);
                    if (constant is not null)
                    {
                        weights[node.Outputs[0]] = constant with { Name = node.Outputs[0] };
                    }
                    else
                    {
                        nodes.Add(node);
                    }

                    break;
                case OnnxProto.GraphProto.Initializer:
                    var weight = OnnxNodeReader.ReadTensor(part);
                    weights[weight.Name] = weight;
                    break;
                case OnnxProto.GraphProto.Input:
                    inputs.Add(NameOf(part.Span));
                    break;
                case OnnxProto.GraphProto.Output:
                    outputs.Add(NameOf(part.Span));
                    break;
            }
        }

        // Before IR version 4, initializers were listed as inputs, too.
        return new OnnxModel(nodes, weights, [.. inputs.Where(name => !weights.ContainsKey(name))], outputs);
    }

    private static string NameOf(ReadOnlySpan<byte> value)
    {
        var info = new ProtobufReader(value);
        while (info.Next())
        {
            if (info.Field == OnnxProto.ValueInfoProto.Name)
            {
                return info.Text;
            }
        }

        return "";
    }
}
