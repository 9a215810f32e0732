using System.Runtime.InteropServices;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Onnx;
using Tests.Golden;
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
            foreach (var constant in graph.Constants.Where(constant => read.Weights[constant.Name].IsReal))
            {
                var floats = read.Weights[constant.Name].ToFloats().AsSpan();
                Assert.Equal(constant.Data.ToArray(), MemoryMarshal.AsBytes(floats).ToArray());
            }
        }
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
            catch (OverflowException)
            {
                // A count that does not fit is refused by whoever counts.
            }
        }
    }
}
