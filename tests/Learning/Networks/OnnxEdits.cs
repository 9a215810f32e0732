using Distill.Learning.Onnx;

namespace Tests.Learning.Networks;

/// <summary>Changes a graph so that its weights stay and its outputs do not.</summary>
internal static class OnnxEdits
{
    public static OnnxGraph Apply(OnnxGraph graph, string edit)
    {
        var convolutions = graph.Nodes.Where(node => node.Operator == "Conv").ToArray();
        var strided = convolutions.Where(node => Strides(node) == 2).ToArray();
        return edit switch
        {
            "no MaxPool" => Without(graph, graph.Nodes.First(node => node.Operator == "MaxPool")),
            "no ReLU" => Without(graph, graph.Nodes.Last(node => node.Operator == "Relu")),
            "MaxPool without padding" => With(graph, node => node.Operator == "MaxPool", "pads", 0, 0, 0, 0),
            "ceil" => With(graph, node => node.Operator == "MaxPool", "ceil_mode", 1),
            "stem stride 1" => With(graph, node => node == convolutions[0], "strides", 1, 1),
            // Both paths of the last block that has a stride.
            _ => With(graph, strided[^2..].Contains, "strides", 1, 1),
        };
    }

    private static long Strides(OnnxNode node) => node.Attributes.First(attribute => attribute.Name == "strides").Values![0];

    private static OnnxGraph With(OnnxGraph graph, Func<OnnxNode, bool> which, string name, params long[] values) => Copy(
        graph,
        graph.Nodes.Select(node => !which(node) ? node : node with
        {
            Attributes =
            [
                .. node.Attributes.Where(attribute => attribute.Name != name),
                values is [var single] ? OnnxAttribute.Create(name, single) : OnnxAttribute.Create(name, values),
            ],
        }));

    private static OnnxGraph Without(OnnxGraph graph, OnnxNode removed) => Copy(
        graph,
        graph.Nodes.Where(node => node != removed).Select(node => node with
        {
            Inputs = [.. node.Inputs.Select(input => input == removed.Outputs[0] ? removed.Inputs[0] : input)],
        }));

    private static OnnxGraph Copy(OnnxGraph graph, IEnumerable<OnnxNode> nodes)
    {
        var copy = new OnnxGraph(graph.ImageShape, graph.Classes);
        foreach (var constant in graph.Constants)
        {
            copy.Add(constant);
        }

        foreach (var node in nodes)
        {
            copy.Add(node);
        }

        return copy;
    }
}
