namespace Distill.Learning.Onnx;

/// <summary>
/// A graph in eight bits, in the form of quantize and dequantize nodes around what is computed in them, which runtimes take together: weights symmetric
/// with a scale a channel, activations with a scale and a zero point a value, biases in 32 bits (Jacob et al. 2017, arXiv:1712.05877). The classifier's
/// weights have eight bits, its sum is in fp32. Activations are unsigned: on x64 ONNX Runtime makes signed ones so where it can, and computes the others in fp32.
/// </summary>
public static class IntegerPrecision
{
    private const string Quantized = "_q";
    private const string Dequantized = "_dq";

    private const float WeightLevels = 127;
    private const float Levels = 255;

    // A bias must fit 32 bits at the product of its input's and its weight's scale.
    private const float BiasLevels = 1 << 30;
    private const float LeastScale = 1e-12f;

    private static readonly HashSet<string> TakesQuantized = ["Conv", "Add", "MaxPool", "ReduceMean"];

    /// <summary>The values that have to be quantized, whose ranges must be known: all that a convolution, a sum or a pool takes.</summary>
    public static IReadOnlyList<string> ValuesOf(OnnxGraph graph)
    {
        var constants = graph.Constants.Select(constant => constant.Name).ToHashSet();
        return [.. graph.Nodes.Where(node => TakesQuantized.Contains(node.Operator)).SelectMany(node => node.Inputs).Where(name => !constants.Contains(name)).Distinct()];
    }

    /// <param name="graph">In fp32.</param>
    /// <param name="ranges">Of each of <see cref="ValuesOf"/>, what is not clipped.</param>
    public static OnnxGraph Of(OnnxGraph graph, IReadOnlyDictionary<string, ValueRange> ranges)
    {
        var result = new OnnxGraph(graph.ImageShape, graph.Classes);
        var constants = graph.Constants.ToDictionary(constant => constant.Name);
        var used = SharedByPools(graph, ranges);
        Quantize(result, OnnxGraph.Input, used);
        foreach (var node in graph.Nodes)
        {
            result.Add(node.Operator switch
            {
                "Conv" => node with { Inputs = [node.Inputs[0] + Dequantized, .. Convolution(result, node, constants, Scale(used[node.Inputs[0]]))] },
                "Gemm" => node with { Inputs = [node.Inputs[0], Weight(result, constants[node.Inputs[1]], out _, leastScales: null), .. Kept(result, node.Inputs.Skip(2), constants)] },
                _ when TakesQuantized.Contains(node.Operator) => node with { Inputs = [.. node.Inputs.Select(name => name + Dequantized)] },
                _ => node with { Inputs = [.. Kept(result, node.Inputs, constants)] },
            });
            foreach (var output in node.Outputs)
            {
                Quantize(result, output, used);
            }
        }

        return result;
    }

    /// <summary>What a max-pool gives has the scale of what it takes: then it can compute in eight bits.</summary>
    private static Dictionary<string, ValueRange> SharedByPools(OnnxGraph graph, IReadOnlyDictionary<string, ValueRange> ranges)
    {
        var shared = ranges.ToDictionary(range => range.Key, range => range.Value.WithZero());
        foreach (var pool in graph.Nodes.Where(node => node.Operator == "MaxPool" && shared.ContainsKey(node.Outputs[0])))
        {
            shared[pool.Outputs[0]] = shared[pool.Inputs[0]];
        }

        return shared;
    }

    private static void Quantize(OnnxGraph graph, string value, Dictionary<string, ValueRange> ranges)
    {
        if (!ranges.TryGetValue(value, out var range))
        {
            return;
        }

        var scale = Scale(range);
        var zero = (byte)Math.Clamp((int)MathF.Round(-range.Low / scale), byte.MinValue, byte.MaxValue);
        graph.Add(OnnxTensor.Of(value + "_scale", new[] { scale }));
        graph.Add(OnnxTensor.Of(value + "_zero", new[] { zero }));
        graph.Add(new OnnxNode("QuantizeLinear", value + "_quantize", [value, value + "_scale", value + "_zero"], [value + Quantized], []));
        graph.Add(new OnnxNode("DequantizeLinear", value + "_dequantize", [value + Quantized, value + "_scale", value + "_zero"], [value + Dequantized], []));
    }

    private static float Scale(ValueRange range) => MathF.Max((range.High - range.Low) / Levels, LeastScale);

    private static string[] Convolution(OnnxGraph graph, OnnxNode node, Dictionary<string, OnnxTensor> constants, float inputScale)
    {
        var bias = constants[node.Inputs[2]];
        float[] leastScales = [.. bias.Floats.ToArray().Select(b => MathF.Abs(b) / (inputScale * BiasLevels))];
        var weight = Weight(graph, constants[node.Inputs[1]], out var scales, leastScales);
        float[] biasScales = [.. scales.Select(scale => scale * inputScale)];
        int[] levels = [.. bias.Floats.ToArray().Zip(biasScales, (b, scale) => (int)Math.Round((double)b / scale))];
        graph.Add(OnnxTensor.Of(bias.Name + Quantized, levels, levels.Length));
        graph.Add(OnnxTensor.Of(bias.Name + "_scale", biasScales, biasScales.Length));
        graph.Add(new OnnxNode(
            "DequantizeLinear", bias.Name + "_dequantize", [bias.Name + Quantized, bias.Name + "_scale"], [bias.Name + Dequantized], [OnnxAttribute.Of("axis", 0L)]));
        return [weight, bias.Name + Dequantized];
    }

    /// <summary>Adds a weight in eight bits, a scale each of its first dimension.</summary>
    private static string Weight(OnnxGraph graph, OnnxTensor weight, out float[] scales, float[]? leastScales)
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

            scales[channel] = MathF.Max(MathF.Max(largest / WeightLevels, leastScales?[channel] ?? 0), LeastScale);
            for (var i = 0; i < each; i++)
            {
                levels[(channel * each) + i] = (sbyte)MathF.Round(own[i] / scales[channel]);
            }
        }

        graph.Add(OnnxTensor.Of(weight.Name + Quantized, levels, weight.Shape));
        graph.Add(OnnxTensor.Of(weight.Name + "_scale", scales, channels));
        graph.Add(OnnxTensor.Of(weight.Name + "_zero", new sbyte[channels], channels));
        graph.Add(new OnnxNode(
            "DequantizeLinear",
            weight.Name + "_dequantize",
            [weight.Name + Quantized, weight.Name + "_scale", weight.Name + "_zero"],
            [weight.Name + Dequantized],
            [OnnxAttribute.Of("axis", 0L)]));
        return weight.Name + Dequantized;
    }

    /// <summary>Inputs of a node as they are; those that are constants are added.</summary>
    private static string[] Kept(OnnxGraph graph, IEnumerable<string> names, Dictionary<string, OnnxTensor> constants)
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
