using Distill.Learning.Onnx;
using static TorchSharp.torch;

namespace Distill.Learning.Networks;

/// <summary>
/// Reads the weights of a plain ResNet from an ONNX graph, whatever its values are called: it follows the graph from the input, and gives
/// each convolution and batch norm its name in torchvision.
/// </summary>
internal sealed class OnnxResNet
{
    private readonly OnnxWalk _graph;
    private readonly OnnxLayers _layers;

    private OnnxResNet(OnnxWalk graph) => (_graph, _layers) = (graph, new OnnxLayers(graph));

    /// <summary>Reads the tensors under torchvision's keys.</summary>
    /// <exception cref="InvalidDataException">The graph is not a plain ResNet; the message names the first node that differs.</exception>
    public static Dictionary<string, Tensor> Read(string path)
    {
        var reader = new OnnxResNet(new OnnxWalk(path, OnnxModel.Read(path)));
        reader.ReadAll();
        return reader._layers.Tensors;
    }

    private void ReadAll()
    {
        var stem = _graph.Only(_graph.Input, "Conv");
        var x = _graph.Skip(_graph.Skip(_layers.Read(stem, "conv1", "bn1"), "Relu"), "MaxPool");
        var (layer, block) = (1, 0);
        while (_graph.Next(x, "Conv").Any())
        {
            var paths = _graph.Next(x, "Conv").Select(PathFrom).ToArray();
            var main = paths.MaxBy(path => path.Count)!;
            var shortcut = paths.FirstOrDefault(path => path != main);
            // A block that changes the shape begins a layer; so does the very first one.
            if (shortcut is not null && (layer, block) != (1, 0))
            {
                (layer, block) = (layer + 1, 0);
            }

            x = ReadBlock(FormattableString.Invariant($"layer{layer}.{block++}."), main, shortcut);
        }

        ReadClassifier(x);
    }

    /// <summary>Reads a block and returns the name of its output.</summary>
    private string ReadBlock(string name, List<OnnxNode> main, List<OnnxNode>? shortcut)
    {
        var sum = "";
        for (var i = 0; i < main.Count; i++)
        {
            sum = _layers.Read(
                main[i], FormattableString.Invariant($"{name}conv{i + 1}"), FormattableString.Invariant($"{name}bn{i + 1}"));
        }

        if (shortcut is not null)
        {
            _layers.Read(shortcut[0], name + "downsample.0", name + "downsample.1");
        }

        // torchvision's bottleneck has its stride in the 3×3 convolution; its basic block in the first one.
        var stride = shortcut is null ? 1 : OnnxWalk.Integers(shortcut[0], "strides", 1)[0];
        for (var i = 0; i < main.Count; i++)
        {
            var expected = i == main.Count - 2 ? stride : 1;
            if (OnnxWalk.Integers(main[i], "strides", 1).Any(found => found != expected))
            {
                throw _graph.Wrong(
                    main[i], $"found a stride in convolution {i + 1} of a block, expected it in {main.Count - 1}, as in torchvision");
            }
        }

        return _graph.Skip(_graph.Only(sum, "Add").Outputs[0], "Relu");
    }

    /// <summary>Follows the convolutions of a path from a block's input to its sum.</summary>
    private List<OnnxNode> PathFrom(OnnxNode first)
    {
        var path = new List<OnnxNode> { first };
        while (true)
        {
            var output = _graph.Skip(path[^1].Outputs[0], "BatchNormalization");
            if (_graph.Next(output, "Add").Any())
            {
                return path;
            }

            path.Add(_graph.Only(_graph.Skip(output, "Relu"), "Conv"));
        }
    }

    /// <summary>Reads the classifier after the pooling, if there is one.</summary>
    private void ReadClassifier(string x)
    {
        foreach (var pooling in new[] { "GlobalAveragePool", "AveragePool", "ReduceMean", "Flatten", "Reshape", "Squeeze" })
        {
            x = _graph.Skip(x, pooling);
        }

        if (_graph.Next(x, "Gemm").FirstOrDefault() is { } linear)
        {
            var weight = _layers.TensorOf(linear, 1, rank: 2);
            var weight_KD = OnnxWalk.Integers(linear, "transB", 0)[0] == 1 ? weight : weight.t();
            _layers.Tensors["fc.weight"] = weight_KD;
            _layers.Tensors["fc.bias"] = _layers.VectorOf(linear, 2, weight_KD.shape[0]);
            x = linear.Outputs[0];
        }

        if (_graph.Next(x).FirstOrDefault() is { } other)
        {
            throw _graph.Wrong(other, "expected no more than the blocks of a ResNet, an average pooling and one linear layer");
        }
    }
}
