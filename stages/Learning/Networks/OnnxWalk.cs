using Distill.Learning.Onnx;

namespace Distill.Learning.Networks;

/// <summary>Follows an ONNX graph from value to value.</summary>
internal sealed class OnnxWalk
{
    private const string Limit = "only plain ResNets are imported";

    private readonly string _path;
    private readonly OnnxModel _model;
    private readonly ILookup<string, OnnxNode> _consumers;

    /// <param name="path">Path of the model, with which every message begins.</param>
    /// <param name="model">The graph.</param>
    /// <exception cref="InvalidDataException">A node reads a value that no node before it computes.</exception>
    public OnnxWalk(string path, OnnxModel model)
    {
        (_path, _model) = (path, model);
        _consumers = model.Nodes
            .SelectMany(node => node.Inputs.Distinct().Select(input => (input, node)))
            .ToLookup(pair => pair.input, pair => pair.node);

        // Following a cycle would have no end. An input that is left out has no name.
        var computed = model.Inputs.Concat(model.Weights.Keys).Append("").ToHashSet();
        foreach (var node in model.Nodes)
        {
            if (node.Inputs.FirstOrDefault(input => !computed.Contains(input)) is { } early)
            {
                throw Wrong(node, $"reads '{early}' before it is computed");
            }

            computed.UnionWith(node.Outputs);
        }
    }

    /// <summary>The name of the graph's only input.</summary>
    public string Input => _model.Inputs is [var only]
        ? only
        : throw new InvalidDataException($"{_path}: found {_model.Inputs.Count} inputs, expected one for images");

    /// <summary>Returns a weight.</summary>
    public OnnxInitializer Weight(OnnxNode node, int input) =>
        input < node.Inputs.Count && _model.Weights.TryGetValue(node.Inputs[input], out var weight)
            ? weight
            : throw Wrong(node, $"input {input} is not a constant");

    /// <summary>Returns the nodes that read a value.</summary>
    public IEnumerable<OnnxNode> Next(string value) => _consumers[value];

    /// <summary>Returns the nodes of one kind that read a value.</summary>
    public IEnumerable<OnnxNode> Next(string value, string operation) => _consumers[value].Where(node => node.Operator == operation);

    /// <summary>Returns the only node that reads a value.</summary>
    /// <exception cref="InvalidDataException">There is none, or it is of another kind.</exception>
    public OnnxNode Only(string value, string operation) =>
        Next(value).FirstOrDefault() is not { } node
            ? throw new InvalidDataException($"{_path}: found nothing after '{value}', expected {operation}; {Limit}")
            : node.Operator == operation ? node : throw Wrong(node, $"expected {operation}");

    /// <summary>Returns the output of the node of a kind that reads a value, or the value itself if there is none.</summary>
    public string Skip(string value, string operation) => Next(value, operation).FirstOrDefault()?.Outputs[0] ?? value;

    /// <summary>Returns an attribute of integers, such as strides; a default if the node does not have it.</summary>
    public static IReadOnlyList<long> Integers(OnnxNode node, string name, long fallback) =>
        node.Attributes.FirstOrDefault(attribute => attribute.Name == name) is { } given
            ? given.Values ?? [given.Value ?? fallback]
            : [fallback];

    /// <summary>Returns the exception for a node that a plain ResNet does not have.</summary>
    public InvalidDataException Wrong(OnnxNode node, string message) => new(
        $"{_path}: node {node.Operator} '{(node.Name.Length > 0 ? node.Name : node.Outputs[0])}': {message}; {Limit}");
}
