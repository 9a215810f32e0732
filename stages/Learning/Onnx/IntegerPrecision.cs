namespace Distill.Learning.Onnx;

/// <summary>
/// Quantizes a graph to eight bits, by quantize and dequantize nodes around each operation, which runtimes fuse. Weights are symmetric with
/// one scale per channel, activations have one scale and one zero point per value, and biases have 32 bits (Jacob et al. 2017,
/// arXiv:1712.05877).
/// </summary>
/// <remarks>
/// The classifier's weights have eight bits, but it computes in fp32. Activations are unsigned: ONNX Runtime on x64 converts signed ones
/// where it can, and computes the others in fp32.
/// </remarks>
public static class IntegerPrecision
{
    private const string Quantized = "_q";
    private const string Dequantized = "_dq";

    private const float WeightLevels = 127;
    private const float Levels = 255;

    // A bias must fit into 32 bits; its scale is the product of its input's and its weight's scale.
    private const float BiasLevels = 1 << 30;
    private const float MinScale = 1e-12f;

    private static readonly HashSet<string> QuantizedOperators = ["Conv", "Add", "MaxPool", "ReduceMean"];

    /// <summary>The values to quantize, whose ranges must be known: the inputs of convolutions, sums and pools.</summary>
    public static IReadOnlyList<string> ValuesToQuantize(OnnxGraph graph)
    {
        var constants = graph.Constants.Select(constant => constant.Name).ToHashSet();
        return
        [
            .. graph.Nodes
                .Where(node => QuantizedOperators.Contains(node.Operator))
                .SelectMany(node => node.Inputs)
                .Where(name => !constants.Contains(name))
                .Distinct(),
        ];
    }

    /// <summary>Quantizes a graph in fp32.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="ranges">For each of <see cref="ValuesToQuantize"/>, the range that is not clipped.</param>
    public static OnnxGraph Quantize(OnnxGraph graph, IReadOnlyDictionary<string, ValueRange> ranges)
    {
        var result = new OnnxGraph(graph.ImageShape, graph.Classes);
        var constants = graph.Constants.ToDictionary(constant => constant.Name);
        var used = SharedByPools(graph, ranges);
        AddQuantization(result, OnnxGraph.Input, used);
        foreach (var node in graph.Nodes)
        {
            result.Add(node.Operator switch
            {
                "Conv" => node with
                {
                    Inputs = [node.Inputs[0] + Dequantized, .. AddConvolution(result, node, constants, Scale(used[node.Inputs[0]]))],
                },
                "Gemm" => node with
                {
                    Inputs =
                    [
                        node.Inputs[0],
                        AddWeight(result, constants[node.Inputs[1]], out _, minScales: null),
                        .. AddConstants(result, node.Inputs.Skip(2), constants),
                    ],
                },
                _ when QuantizedOperators.Contains(node.Operator) => node with
                {
                    Inputs = [.. node.Inputs.Select(name => name + Dequantized)],
                },
                _ => node with { Inputs = [.. AddConstants(result, node.Inputs, constants)] },
            });
            foreach (var output in node.Outputs)
            {
                AddQuantization(result, output, used);
            }
        }

        return result;
    }

    /// <summary>Gives the output of a max-pool the range of its input, so that it can compute in eight bits.</summary>
    private static Dictionary<string, ValueRange> SharedByPools(OnnxGraph graph, IReadOnlyDictionary<string, ValueRange> ranges)
    {
        var shared = ranges.ToDictionary(range => range.Key, range => range.Value.WithZero());
        foreach (var pool in graph.Nodes.Where(node => node.Operator == "MaxPool" && shared.ContainsKey(node.Outputs[0])))
        {
            shared[pool.Outputs[0]] = shared[pool.Inputs[0]];
        }

        return shared;
    }

    /// <summary>Adds the nodes that quantize and dequantize a value, if its range is known.</summary>
    private static void AddQuantization(OnnxGraph graph, string value, Dictionary<string, ValueRange> ranges)
    {
        if (!ranges.TryGetValue(value, out var range))
        {
            return;
        }

        var scale = Scale(range);
        var zero = (byte)Math.Clamp((int)MathF.Round(-range.Low / scale), byte.MinValue, byte.MaxValue);
        graph.Add(OnnxTensor.Create(value + "_scale", new[] { scale }));
        graph.Add(OnnxTensor.Create(value + "_zero", new[] { zero }));
        graph.Add(new OnnxNode("QuantizeLinear", value + "_quantize", [value, value + "_scale", value + "_zero"], [value + Quantized], []));
        graph.Add(new OnnxNode(
            "DequantizeLinear", value + "_dequantize", [value + Quantized, value + "_scale", value + "_zero"], [value + Dequantized], []));
    }

    private static float Scale(ValueRange range) => MathF.Max((range.High - range.Low) / Levels, MinScale);

    /// <summary>Adds a convolution's quantized weight and bias.</summary>
    private static string[] AddConvolution(OnnxGraph graph, OnnxNode node, Dictionary<string, OnnxTensor> constants, float inputScale)
    {
        var bias = constants[node.Inputs[2]];
        float[] minScales = [.. bias.Floats.ToArray().Select(b => MathF.Abs(b) / (inputScale * BiasLevels))];
        var weight = AddWeight(graph, constants[node.Inputs[1]], out var scales, minScales);
        float[] biasScales = [.. scales.Select(scale => scale * inputScale)];
        int[] levels = [.. bias.Floats.ToArray().Zip(biasScales, (b, scale) => (int)Math.Round((double)b / scale))];
        graph.Add(OnnxTensor.Create(bias.Name + Quantized, levels, levels.Length));
        graph.Add(OnnxTensor.Create(bias.Name + "_scale", biasScales, biasScales.Length));
        graph.Add(new OnnxNode(
            "DequantizeLinear",
            bias.Name + "_dequantize",
            [bias.Name + Quantized, bias.Name + "_scale"],
            [bias.Name + Dequantized],
            [OnnxAttribute.Create("axis", 0L)]));
        return [weight, bias.Name + Dequantized];
    }

    /// <summary>Adds a weight in eight bits, with one scale per channel of its first dimension.</summary>
    private static string AddWeight(OnnxGraph graph, OnnxTensor weight, out float[] scales, float[]? minScales)
    {
        var values = weight.Floats;
        var channels = (int)weight.Shape[0];
        var each = values.Length / channels;
        scales = new float[channels];
        var levels = new sbyte[values.Length];
        for (var channel = 0; channel < channels; channel++)
        {
            var own = values.Slice(channel * each, each);
            var largest = 0f;
            foreach (var value in own)
            {
                largest = MathF.Max(largest, MathF.Abs(value));
            }

            scales[channel] = MathF.Max(MathF.Max(largest / WeightLevels, minScales?[channel] ?? 0), MinScale);
            for (var i = 0; i < each; i++)
            {
                levels[(channel * each) + i] = (sbyte)MathF.Round(own[i] / scales[channel]);
            }
        }

        graph.Add(OnnxTensor.Create(weight.Name + Quantized, levels, weight.Shape));
        graph.Add(OnnxTensor.Create(weight.Name + "_scale", scales, channels));
        graph.Add(OnnxTensor.Create(weight.Name + "_zero", new sbyte[channels], channels));
        graph.Add(new OnnxNode(
            "DequantizeLinear",
            weight.Name + "_dequantize",
            [weight.Name + Quantized, weight.Name + "_scale", weight.Name + "_zero"],
            [weight.Name + Dequantized],
            [OnnxAttribute.Create("axis", 0L)]));
        return weight.Name + Dequantized;
    }

    /// <summary>Adds those inputs of a node that are constants, unchanged, and returns all.</summary>
    private static string[] AddConstants(OnnxGraph graph, IEnumerable<string> names, Dictionary<string, OnnxTensor> constants)
    {
        string[] kept = [.. names];
        foreach (var name in kept)
        {
            if (constants.TryGetValue(name, out var constant))
            {
                graph.Add(constant);
            }
        }

        return kept;
    }
}
