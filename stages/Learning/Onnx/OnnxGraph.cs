namespace Distill.Learning.Onnx;

/// <summary>
/// A network as ONNX has it (opset 17): nodes in the order in which they can run, constants, one input of images and one output. Modules add their
/// own nodes; what is done to the whole, such as a lower precision, makes a new graph of it.
/// </summary>
/// <param name="imageShape">Channels, height and width of an image; the batch is free.</param>
/// <param name="classes">K.</param>
public sealed class OnnxGraph(IReadOnlyList<long> imageShape, long classes)
{
    /// <summary>The operators' version.</summary>
    public const int Opset = 17;

    /// <summary>[batch, C, H, W], floats of [0, 1].</summary>
    public const string Input = "pixel_values";

    /// <summary>[batch, K].</summary>
    public const string Output = "logits";

    private readonly List<OnnxNode> _nodes = [];
    private readonly List<OnnxTensor> _constants = [];
    private readonly Dictionary<string, int> _names = [];
    private string _place = "";

    public IReadOnlyList<long> ImageShape => imageShape;

    public long Classes => classes;

    public IReadOnlyList<OnnxNode> Nodes => _nodes;

    public IReadOnlyList<OnnxTensor> Constants => _constants;

    /// <summary>Values that the graph gives beside its output.</summary>
    public IReadOnlyList<string> MoreOutputs { get; private init; } = [];

    /// <summary>The same graph, giving more of its values.</summary>
    public OnnxGraph WithOutputs(IReadOnlyList<string> values)
    {
        var graph = new OnnxGraph(imageShape, classes) { MoreOutputs = values };
        graph._constants.AddRange(_constants);
        graph._nodes.AddRange(_nodes);
        return graph;
    }

    /// <summary>Names of what <paramref name="add"/> adds begin with that of a part of the network.</summary>
    public string Within(string part, Func<string> add)
    {
        var before = _place;
        _place = $"{before}{part}.";
        var output = add();
        _place = before;
        return output;
    }

    /// <summary>Adds a node with one output.</summary>
    /// <returns>The output's name.</returns>
    public string Add(string operation, IReadOnlyList<string> inputs, params IReadOnlyList<OnnxAttribute> options) =>
        Add(operation, inputs, outputs: 1, options)[0];

    /// <summary>Adds a node with several outputs.</summary>
    /// <returns>The outputs' names.</returns>
    public IReadOnlyList<string> Add(string operation, IReadOnlyList<string> inputs, int outputs, IReadOnlyList<OnnxAttribute> options)
    {
        var name = Unused(operation.ToLowerInvariant());
        string[] values = outputs == 1 ? [name + "_out"] : [.. Enumerable.Range(0, outputs).Select(i => FormattableString.Invariant($"{name}_out{i}"))];
        _nodes.Add(new OnnxNode(operation, name, inputs, values, options));
        return values;
    }

    /// <summary>Adds a node as it is.</summary>
    public void Add(OnnxNode node) => _nodes.Add(node);

    /// <summary>Adds a constant under a name of its own.</summary>
    /// <returns>The name.</returns>
    public string Constant(string name, Func<string, OnnxTensor> make)
    {
        var tensor = make(Unused(name));
        _constants.Add(tensor);
        return tensor.Name;
    }

    /// <summary>Adds a constant as it is.</summary>
    public void Add(OnnxTensor constant) => _constants.Add(constant);

    /// <summary>Says that a value is the network's output.</summary>
    public void End(string value)
    {
        var at = _nodes.FindIndex(node => node.Outputs.Contains(value));
        _nodes[at] = _nodes[at] with { Outputs = [.. _nodes[at].Outputs.Select(name => name == value ? Output : name)] };
    }

    private string Unused(string name)
    {
        var full = _place + name;
        var count = _names[full] = _names.GetValueOrDefault(full) + 1;
        return count == 1 ? full : FormattableString.Invariant($"{full}_{count}");
    }
}
