namespace Distill.Learning.Onnx;

/// <summary>Converts a graph to fp16. Its input and output stay fp32.</summary>
public static class HalfPrecision
{
    private const string Suffix = "_fp16";

    public static OnnxGraph Convert(OnnxGraph graph)
    {
        var half = new OnnxGraph(graph.ImageShape, graph.Classes);
        foreach (var constant in graph.Constants)
        {
            half.Add(constant.Type == OnnxType.Fp32 ? OnnxTensor.Create(constant.Name, Halves(constant.Floats), constant.Shape) : constant);
        }

        half.Add(Cast(OnnxGraph.Input, OnnxGraph.Input + Suffix, OnnxType.Fp16));
        foreach (var node in graph.Nodes)
        {
            half.Add(node with
            {
                Inputs = [.. node.Inputs.Select(name => name == OnnxGraph.Input ? name + Suffix : name)],
                Outputs = [.. node.Outputs.Select(name => name == OnnxGraph.Output ? name + Suffix : name)],
            });
        }

        half.Add(Cast(OnnxGraph.Output + Suffix, OnnxGraph.Output, OnnxType.Fp32));
        return half;
    }

    private static Half[] Halves(ReadOnlySpan<float> values)
    {
        var halves = new Half[values.Length];
        for (var i = 0; i < halves.Length; i++)
        {
            halves[i] = (Half)values[i];
        }

        return halves;
    }

    private static OnnxNode Cast(string from, string to, OnnxType type) =>
        new("Cast", $"cast_{to}", [from], [to], [OnnxAttribute.Create("to", (long)type)]);
}
