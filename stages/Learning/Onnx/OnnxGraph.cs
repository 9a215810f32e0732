// C channels, H height, W width, K classes
namespace Distill.Learning.Onnx;

/// <summary>
/// A network as an ONNX graph (opset 17): nodes in an order in which they can run, constants, one input of images and one output. Modules
/// add their own nodes. A change of the whole graph, such as a lower precision, makes a new graph.
/// </summary>
/// <param name="imageShape">Channels, height and width of an image. The batch size is free.</param>
/// <param name="classes">Number of classes, K.</param>
public sealed class OnnxGraph(IReadOnlyList<long> imageShape, long classes)
{
    /// <summary>The version of ONNX's operators.</summary>
    public const int Opset = 17;

    /// <summary>The name of the input: [batch, C, H, W], floats in [0, 1].</summary>
    public const string Input = "pixel_values";

    /// <summary>The name of the output: [batch, K].</summary>
    public const string Output = "logits";

    private readonly List<OnnxNode> _nodes = [];
    private readonly List<OnnxTensor> _constants = [];
    private readonly Dictionary<string, int> _names = [];
    private string _prefix = "";

    public IReadOnlyList<long> ImageShape => imageShape;

    public long Classes => classes;

    public IReadOnlyList<OnnxNode> Nodes => _nodes;

    public IReadOnlyList<OnnxTensor> Constants => _constants;

    /// <summary>Values that the graph outputs beside the logits.</summary>
    public IReadOnlyList<string> ExtraOutputs { get; private init; } = [];

    /// <summary>The same graph with extra outputs.</summary>
    public OnnxGraph WithOutputs(IReadOnlyList<string> values)
    {
        var graph = new OnnxGraph(imageShape, classes) { ExtraOutputs = values };
        graph._constants.AddRange(_constants);
        graph._nodes.AddRange(_nodes);
        return graph;
    }

    /// <summary>Runs <paramref name="add"/>, and prefixes the names of what it adds with the name of a part of the network.</summary>
    public string Within(string part, Func<string> add)
    {
        var before = _prefix;
        _prefix = $"{before}{part}.";
        var output = add();
        _prefix = before;
        return output;
    }

    /// <summary>Adds a node with one output.</summary>
    /// <returns>The output's name.</returns>
    public string Add(string operation, IReadOnlyList<string> inputs, params IReadOnlyList<OnnxAttribute> attributes) =>
        Add(operation, inputs, outputs: 1, attributes)[0];

    /// <summary>Adds a node with several outputs.</summary>
    /// <returns>The outputs' names.</returns>
    public IReadOnlyList<string> Add(string operation, IReadOnlyList<string> inputs, int outputs, IReadOnlyList<OnnxAttribute> attributes)
    {
        var name = Unused(operation.ToLowerInvariant());
        string[] values = outputs == 1
            ? [name + "_out"]
            : [.. Enumerable.Range(0, outputs).Select(i => FormattableString.Invariant($"{name}_out{i}"))];
        _nodes.Add(new OnnxNode(operation, name, inputs, values, attributes));
        return values;
    }

    /// <summary>Adds a node under its own name.</summary>
    public void Add(OnnxNode node) => _nodes.Add(node);

    /// <summary>Adds a constant under an unused name.</summary>
    /// <returns>The constant's name.</returns>
    public string Constant(string name, Func<string, OnnxTensor> make)
    {
        var tensor = make(Unused(name));
        _constants.Add(tensor);
        return tensor.Name;
    }

    /// <summary>Adds a constant under its own name.</summary>
    public void Add(OnnxTensor constant) => _constants.Add(constant);

    /// <summary>Makes a value the network's output, and renames it so.</summary>
    public void SetOutput(string value)
    {
        var at = _nodes.FindIndex(node => node.Outputs.Contains(value));
        _nodes[at] = _nodes[at] with { Outputs = [.. _nodes[at].Outputs.Select(name => name == value ? Output : name)] };
    }

    private string Unused(string name)
    {
        var full = _prefix + name;
        var count = _names[full] = _names.GetValueOrDefault(full) + 1;
        return count == 1 ? full : FormattableString.Invariant($"{full}_{count}");
    }
}

/// <summary>An operation of a graph.</summary>
/// <param name="Operator">ONNX's name of the operator, such as <c>Conv</c>.</param>
/// <param name="Name">Its name, unique in the graph.</param>
/// <param name="Inputs">Names of values: outputs of other nodes, constants, or the graph's input.</param>
/// <param name="Outputs">Names of the values that it computes.</param>
/// <param name="Attributes">Its attributes.</param>
public sealed record OnnxNode(
    string Operator, string Name, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, IReadOnlyList<OnnxAttribute> Attributes);

/// <summary>An attribute of a node: an integer or a list of integers.</summary>
/// <param name="Name">Its name in the definition of the operator.</param>
/// <param name="Value">The integer; null for a list.</param>
/// <param name="Values">The list; null for a single integer.</param>
public sealed record OnnxAttribute(string Name, long? Value, IReadOnlyList<long>? Values)
{
    /// <summary>The real number, in a graph that was read; null for integers.</summary>
    public float? Real { get; init; }

    public static OnnxAttribute Create(string name, long value) => new(name, value, null);

    public static OnnxAttribute Create(string name, params IReadOnlyList<long> values) => new(name, null, values);
}
