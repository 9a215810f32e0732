using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Onnx;
using Tests.Encoders;
using Tests.Golden;
using Tests.Learning.Onnx;
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

    public static TheoryData<string> Edits =>
        ["no MaxPool", "MaxPool without padding", "stem stride 1", "last stride 1", "no ReLU", "ceil"];

    /// <summary>The weights of these graphs fit, so that only the outputs tell.</summary>
    [Theory]
    [MemberData(nameof(Edits))]
    public void Graph_that_computes_other_outputs_is_refused(string edit)
    {
        using var scope = NewDisposeScope();
        var options = new NetworkOptions(Architecture.ResNet18, 0.125, Stem.ImageNet);
        using var original = Network(options, 1);
        Write(original, graph => OnnxEdits.Apply(graph, edit));
        using var classifier = Network(options, 2);
        var error = Assert.Throws<InvalidDataException>(() => ImportedWeights.LoadClassifier(classifier, _folder["model.onnx"]));
        Assert.StartsWith($"{_folder["model.onnx"]}: found outputs in ONNX Runtime that differ", error.Message);
        using var generator = new Generator(2);
        using var pretrained = new ContrastiveNetwork(options, new HeadOptions(2, 8), 3, generator);
        Assert.Throws<InvalidDataException>(() => ImportedWeights.LoadPretrained(pretrained, _folder["model.onnx"]));
    }

    [Fact]
    public void Encoder_comes_from_a_classifier_and_ignores_its_last_layer()
    {
        using var scope = NewDisposeScope();
        var options = new NetworkOptions(
            Architecture.ResNet18, 0.125, Stem.ImageNet, Normalization: new Normalization([0.4, 0.5, 0.6], [0.2, 0.3, 0.4]));
        using var original = Network(options with { Normalization = null }, 1);
        Write(original);
        using var generator = new Generator(2);
        using var imported = new ContrastiveNetwork(options, new HeadOptions(2, 8), 3, generator);

        Assert.False(ImportedWeights.LoadPretrained(imported, _folder["model.onnx"]));

        imported.Encoder.eval();
        original.eval();
        var normalized = options.Normalization!.Forward(Images());
        Close.Relatively(original.Encoder.forward(normalized), imported.Encoder.forward(Images()), 1e-4);
    }

    /// <summary>A channel that is always 0 has the variance 0, so that ε alone decides its scale.</summary>
    [Fact]
    public void Batch_norm_with_a_smaller_epsilon_and_a_dead_channel_keeps_its_outputs()
    {
        using var scope = NewDisposeScope();
        var path = OnnxMessages.Write(
            _folder,
            "norm.onnx",
            [
                OnnxMessages.Node("Conv", ["images", "w"], "c"),
                OnnxMessages.Node("BatchNormalization", ["c", "s", "b", "m", "v"], "y", OnnxMessages.Real("epsilon", 1e-7f)),
            ],
            [("images", 1, [1, 1, 4, 4])],
            [("y", 4)],
            OnnxMessages.Floats("w", [3, 1, 1, 1], 1, 2, 3), OnnxMessages.Floats("s", [3], 1, 2, 3),
            OnnxMessages.Floats("b", [3], 4, 5, 6), OnnxMessages.Floats("m", [3], 0.5f, 0, 0.1f),
            OnnxMessages.Floats("v", [3], 0, 2e-6f, 4));

        var read = OnnxResNet.Read(path);

        var c_N = tensor(new float[] { 0.5001f, 0.001f, 2 });
        float[] variances = [0, 2e-6f, 4];
        for (var i = 0; i < variances.Length; i++)
        {
            Assert.True(read["bn1.running_var"][i].item<float>() >= 0);
            var expected = ((c_N[i].item<float>() - new[] { 0.5f, 0, 0.1f }[i]) / Math.Sqrt(variances[i] + 1e-7) * (i + 1)) + 4 + i;
            var found = nn.functional.batch_norm(
                c_N.reshape(1, -1), read["bn1.running_mean"], read["bn1.running_var"], read["bn1.weight"], read["bn1.bias"]);
            Assert.Equal(expected, found[0, i].item<float>(), 1e-3);
        }
    }

    public static TheoryData<string, long[], long[], long[], string> Shapes => new()
    {
        { "scalar kernel", [], [3], [3], "found input 1 of shape [], expected 4 dimensions" },
        { "kernel of rank 2", [3, 1], [3], [3], "found input 1 of shape [3, 1], expected 4 dimensions" },
        { "empty kernel", [3, 1, 0, 0], [3], [3], "found input 1 of shape [3, 1, 0, 0], expected 4 dimensions, none of size 0" },
        { "bias", [3, 1, 1, 1], [2], [3], "found 2 values in input 2, expected 3, one per output" },
        { "matrix of means", [3, 1, 1, 1], [3], [3, 1], "found input 3 of shape [3, 1], expected 1 dimensions" },
        { "means", [3, 1, 1, 1], [3], [1], "found 1 values in input 3, expected 3, one per output" },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Weights_of_an_impossible_shape_name_their_node(string fault, long[] kernel, long[] bias, long[] mean, string message)
    {
        using var scope = NewDisposeScope();
        var path = OnnxMessages.Write(
            _folder,
            "shapes.onnx",
            [
                OnnxMessages.Node("Conv", ["images", "w", "bias"], "c"),
                OnnxMessages.Node("BatchNormalization", ["c", "s", "s", "m", "s"], "y"),
            ],
            [("images", 1, [1, 1, 4, 4])],
            [("y", 4)],
            Ones("w", kernel), Ones("bias", bias), Ones("s", [3]), Ones("m", mean));
        var error = Assert.Throws<InvalidDataException>(() => OnnxResNet.Read(path));
        Assert.True(error.Message.StartsWith(path) && error.Message.Contains(message), $"{fault}: {error.Message}");
    }

    [Theory]
    [InlineData(new long[] { 3 }, new long[] { 2 }, "node Gemm 'logits': found input 1 of shape [3], expected 2 dimensions")]
    [InlineData(new long[] { 3, 2 }, new long[] { 3 }, "node Gemm 'logits': found 3 values in input 2, expected 2, one per output")]
    public void Linear_layer_of_an_impossible_shape_is_named(long[] weight, long[] bias, string message)
    {
        using var scope = NewDisposeScope();
        var path = OnnxMessages.Write(
            _folder,
            "linear.onnx",
            [
                OnnxMessages.Node("Conv", ["images", "w"], "c"), OnnxMessages.Node("GlobalAveragePool", ["c"], "p"),
                OnnxMessages.Node("Flatten", ["p"], "f"), OnnxMessages.Node("Gemm", ["f", "fw", "fb"], "logits"),
            ],
            [("images", 1, [1, 1, 4, 4])],
            [("logits", 2)],
            Ones("w", [3, 1, 1, 1]), Ones("fw", weight), Ones("fb", bias));
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => OnnxResNet.Read(path)).Message);
    }

    private static byte[] Ones(string name, long[] shape) => OnnxMessages.Floats(
        name, shape, [.. Enumerable.Repeat(1f, (int)shape.Aggregate(1L, (product, size) => product * size))]);

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

    private void Write(FineTunedNetwork network, Func<OnnxGraph, OnnxGraph>? edit = null)
    {
        network.eval();
        var graph = InferenceNetwork.ToOnnx(network, [3, 32, 32], 5);
        using var file = File.Create(_folder["model.onnx"]);
        new OnnxFile("test", []).Write(file, edit?.Invoke(graph) ?? graph);
    }

    private static Tensor Images() => Pattern.Uniform("images", 2, 3, 32, 32);
}
