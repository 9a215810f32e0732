using System.Runtime.InteropServices;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Onnx;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Learning.Onnx;

/// <summary>Models are read as they were written, by this program's writer, which ONNX Runtime judges elsewhere.</summary>
[Collection(TorchTests.Name)]
public sealed class OnnxModelTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nodes_and_weights_of_a_network_are_read(bool separate)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var network = new global::Distill.Learning.Networks.ResNet(TinyDataset.Network, 1, 3, generator);
        var graph = InferenceNetwork.ToOnnx(network, [1, 12, 12], 3);
        var file = new OnnxFile("test", []);
        using (var model = File.Create(_folder["model.onnx"]))
        using (var data = File.Create(_folder["model.data"]))
        {
            file.Write(model, graph, separate ? data : null, separate ? "model.data" : null);
        }

        var read = OnnxModel.Read(_folder["model.onnx"]);

        Assert.Equal(
            graph.Nodes.Select(node => (node.Operator, node.Outputs[0])), read.Nodes.Select(node => (node.Operator, node.Outputs[0])));
        Assert.Equal(graph.Constants.Select(constant => constant.Name), read.Weights.Keys);
        Assert.Equal(separate ? ["model.data"] : [], read.ExternalFiles);
        Assert.Equal([OnnxGraph.Input], read.Inputs);
        Assert.Equal([OnnxGraph.Output], read.Outputs);
        if (!separate)
        {
            foreach (var constant in graph.Constants.Where(constant => read.Weights[constant.Name].IsWeight))
            {
                var floats = read.Weights[constant.Name].ToFloats().AsSpan();
                Assert.Equal(constant.Data.ToArray(), MemoryMarshal.AsBytes(floats).ToArray());
            }
        }
    }

    /// <summary>The body of a loop and the branches of an if are graphs of their own, with weights of their own.</summary>
    [Fact]
    public void Files_and_weights_of_subgraphs_are_found()
    {
        var inner = OnnxMessages.Graph([], [], [("y", 1)], OnnxMessages.External("w", [2, 3], "inner.data"));
        var middle = OnnxMessages.Graph(
            [OnnxMessages.Node("Loop", ["n"], "l", OnnxMessages.Subgraph("body", inner))], [], [("l", 1)],
            OnnxMessages.Floats("v", [2], 1, 2));
        OnnxMessages.Write(
            _folder, "model.onnx",
            [OnnxMessages.Node("If", ["condition"], "out", OnnxMessages.Subgraph("then_branch", middle))],
            [("condition", 9, [])], [("out", 1)], OnnxMessages.External("u", [5], "outer.data"));

        var read = OnnxModel.Read(_folder["model.onnx"]);

        Assert.Equal(["inner.data", "outer.data"], read.ExternalFiles);
        Assert.Equal(6 + 2 + 5, read.ParameterCount);
        Assert.Equal(["u"], read.Weights.Keys);
    }

    [Fact]
    public void Quantized_weights_count_and_shapes_do_not()
    {
        OnnxMessages.Write(
            _folder, "model.onnx", [OnnxMessages.Node("Relu", ["x"], "y")], [("x", 1, [1])], [("y", 1)],
            OnnxMessages.Constant("int8", 3, [2, 2], new byte[4]), OnnxMessages.Constant("int32", 6, [3], new byte[12]),
            OnnxMessages.Floats("scale", [1], 1), OnnxMessages.Int64("shape", 0, 3, -1));
        Assert.Equal(4 + 3 + 1, OnnxModel.Read(_folder["model.onnx"]).ParameterCount);
    }

    [Theory]
    [InlineData(-1, 2)]
    [InlineData(1L << 32, 1L << 32)]
    [InlineData(long.MaxValue, 1)]
    public void Impossible_shapes_are_refused_by_name(long first, long second)
    {
        OnnxMessages.Write(
            _folder, "model.onnx", [OnnxMessages.Node("Relu", ["x"], "y")], [("x", 1, [1])], [("y", 1)],
            OnnxMessages.Constant("w", 1, [first, second], []));
        var error = Assert.Throws<InvalidDataException>(() => OnnxModel.Read(_folder["model.onnx"]));
        Assert.StartsWith(_folder["model.onnx"], error.Message);
        Assert.Contains("tensor 'w' has the shape", error.Message);
    }

    [Fact]
    public void Damaged_models_are_refused_by_name_or_read()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var network = new global::Distill.Learning.Networks.ResNet(TinyDataset.Network, 1, 3, generator);
        using var memory = new MemoryStream();
        new OnnxFile("test", []).Write(memory, InferenceNetwork.ToOnnx(network, [1, 12, 12], 3));
        var whole = memory.ToArray();
        var random = new Random(1);
        for (var trial = 0; trial < 300; trial++)
        {
            var damaged = whole.ToArray();
            damaged[random.Next(trial % 3 == 0 ? 400 : damaged.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(_folder["model.onnx"], trial % 2 == 0 ? damaged : damaged[..random.Next(damaged.Length)]);
            try
            {
                _ = OnnxModel.Read(_folder["model.onnx"]).ParameterCount;
            }
            catch (InvalidDataException refused)
            {
                Assert.StartsWith(_folder["model.onnx"], refused.Message);
            }
        }
    }
}
