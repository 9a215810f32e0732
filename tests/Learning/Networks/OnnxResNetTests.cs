using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Onnx;
using Distill.Learning.Training;
using Tests.Encoders;
using Tests.Golden;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Learning.Networks;

/// <summary>Networks come back from their ONNX models, in which batch norms are folded, with the same outputs.</summary>
[Collection(TorchTests.Name)]
public sealed class OnnxResNetTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, Stem> Networks => new()
    {
        { "resnet18", Stem.ImageNet }, { "resnet18", Stem.Small }, { "resnet34", Stem.Half }, { "resnet50", Stem.ImageNet },
        { "resnet101", Stem.Quarter },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Classifier_comes_back_with_the_same_outputs(string architecture, Stem stem)
    {
        using var scope = NewDisposeScope();
        var options = new NetworkOptions(Architecture.All[architecture], 0.125, stem);
        using var original = Network(options, 1);
        Write(original);
        using var imported = Network(options, 2);

        ImportedWeights.LoadClassifier(imported, _folder["model.onnx"]);

        imported.eval();
        original.eval();
        Close.Relatively(original.forward(Images()), imported.forward(Images()), 1e-4);
    }

    [Fact]
    public void Other_number_of_blocks_names_the_first_key()
    {
        using var scope = NewDisposeScope();
        using var original = Network(new NetworkOptions(Architecture.ResNet34, 0.125, Stem.ImageNet), 1);
        Write(original);
        using var other = Network(new NetworkOptions(Architecture.ResNet18, 0.125, Stem.ImageNet), 2);
        var error = Assert.Throws<InvalidDataException>(() => ImportedWeights.LoadClassifier(other, _folder["model.onnx"]));
        Assert.Contains("contains unexpected tensor 'layer1.2.", error.Message);
    }

    [Fact]
    public void Graph_of_another_kind_names_its_first_node()
    {
        using var scope = NewDisposeScope();
        using var other = Network(new NetworkOptions(Architecture.ResNet18, 0.125, Stem.ImageNet), 2);
        var path = EncoderModels.ChannelMeans(_folder, "means.onnx", [1, 3, 4, 4]);
        var error = Assert.Throws<InvalidDataException>(() => ImportedWeights.LoadClassifier(other, path));
        Assert.Contains("means.onnx: node Cast 'cast': expected Conv; only plain ResNets are imported", error.Message);
    }

    [Fact]
    public void Graph_with_a_cycle_is_refused()
    {
        using var scope = NewDisposeScope();
        var path = EncoderModels.Cycle(_folder, "cycle.onnx");
        using var other = Network(new NetworkOptions(Architecture.ResNet18, 0.125, Stem.ImageNet), 2);
        var error = Assert.Throws<InvalidDataException>(() => ImportedWeights.LoadClassifier(other, path));
        Assert.Contains("cycle.onnx: node Add 'first': reads 'second' before it is computed", error.Message);
    }

    private static FineTunedNetwork Network(NetworkOptions options, ulong seed)
    {
        using var generator = new Generator(seed);
        var network = new FineTunedNetwork(options, new HeadOptions(2, 8), 0, 3, 5, generator);
        using var frozen = no_grad();
        foreach (var (key, tensor) in network.state_dict())
        {
            tensor.copy_(Pattern.Weight(FormattableString.Invariant($"{seed}.{key}"), tensor.shape));
        }

        return network;
    }

    private void Write(FineTunedNetwork network)
    {
        network.eval();
        using var file = File.Create(_folder["model.onnx"]);
        new OnnxFile("test", []).Write(file, InferenceNetwork.ToOnnx(network, [3, 32, 32], 5));
    }

    private static Tensor Images() => Pattern.Uniform("images", 2, 3, 32, 32);
}
