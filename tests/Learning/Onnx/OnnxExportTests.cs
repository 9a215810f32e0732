using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Onnx;
using Microsoft.ML.OnnxRuntime;
using Tests.Golden;
using static TorchSharp.torch;

namespace Tests.Learning.Onnx;

/// <summary>Tests exported networks in ONNX Runtime.</summary>
[Collection(TorchTests.Name)]
public class OnnxExportTests
{
    private const int Classes = 7;

    public static TheoryData<string, double, Stem, bool, int, int> Networks => new()
    {
        { "resnet18", 0.25, Stem.ImageNet, false, 3, 32 },
        { "resnet18", 0.25, Stem.Small, false, 1, 9 },
        { "resnet34", 0.125, Stem.Half, false, 1, 28 },
        { "resnet50", 0.25, Stem.ImageNet, false, 1, 28 },
        { "resnet50", 0.125, Stem.Quarter, false, 3, 33 },
        { "resnet50", 0.25, Stem.ImageNet, true, 3, 37 },
        { "resnet101", 0.125, Stem.Small, true, 1, 14 },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Exported_logits_equal_the_networks(string architecture, double width, Stem stem, bool selective, int channels, int side)
    {
        using var scope = NewDisposeScope();
        using var network = FilledNetwork.Of(architecture, width, stem, selective, channels, Classes);
        var graph = InferenceNetwork.ToOnnx(network, [channels, side, side], Classes);
        using var session = Session(graph);
        foreach (var batch in new[] { 1, 5 })
        {
            var images = Images(batch, channels, side);
            Close.To(network.forward(images).detach(), Infer(session, images), 2e-4);
        }
    }

    [Fact]
    public void Images_are_normalized_in_every_precision()
    {
        using var scope = NewDisposeScope();
        using var filled = FilledNetwork.Of("resnet18", 0.25, Stem.ImageNet, selective: false, channels: 3, Classes);
        using var generator = new Generator(1);
        var options = new NetworkOptions(Architecture.ResNet18, 0.25, Stem.ImageNet, Normalization: new([0.5, 0.4, 0.3], [0.2, 0.3, 0.4]));
        using var network = new ResNet(options, 3, Classes, generator);
        global::Distill.Learning.Training.Weights.CopyAll(network, filled);
        network.eval();
        var graph = InferenceNetwork.ToOnnx(network, [3, 32, 32], Classes);
        var images = Images(5, 3, 32);
        var logits = network.forward(images).detach();
        using (var session = Session(graph))
        {
            Close.To(logits, Infer(session, images), 2e-4);
        }

        using (var session = Session(HalfPrecision.Convert(graph)))
        {
            Close.Relatively(logits, Infer(session, images), 0.02);
        }

        // The normalized images are quantized, not the images.
        Assert.DoesNotContain(OnnxGraph.Input, IntegerPrecision.ValuesToQuantize(graph));
        var ranges = IntegerPrecision.ValuesToQuantize(graph).ToDictionary(value => value, _ => new ValueRange(-8, 8));
        using var eight = Session(IntegerPrecision.Quantize(graph, ranges));
        Assert.Equal(logits.shape, Infer(eight, images).shape);
    }

    [Fact]
    public void Half_precision_differs_little_and_takes_half_the_bytes()
    {
        using var scope = NewDisposeScope();
        using var network = FilledNetwork.Of("resnet50", 0.25, Stem.ImageNet, true, 3, Classes);
        var graph = InferenceNetwork.ToOnnx(network, [3, 32, 32], Classes);
        var half = HalfPrecision.Convert(graph);
        using var session = Session(half);
        var images = Images(5, 3, 32);
        var logits = network.forward(images).detach();
        Close.To(logits, Infer(session, images), 0.02 * logits.abs().max().ReadDouble());
        Assert.InRange(Bytes(half).Length, 0.5 * Bytes(graph).Length, 0.55 * Bytes(graph).Length);
    }

    [Fact]
    public void Weights_of_large_models_are_in_a_separate_file()
    {
        using var folder = new Tests.Pipeline.TempFolder();
        using var scope = NewDisposeScope();
        using var network = FilledNetwork.Of("resnet18", 0.25, Stem.ImageNet, false, 1, Classes);
        var graph = InferenceNetwork.ToOnnx(network, [1, 28, 28], Classes);
        Assert.False(OnnxFile.NeedsDataFile(graph));
        Assert.True(OnnxFile.NeedsDataFile(graph, maxInline: 1000));
        using (var model = File.Create(folder["model.onnx"]))
        using (var data = File.Create(folder["model.onnx.data"]))
        {
            new OnnxFile("tests", []).Write(model, graph, data, "model.onnx.data");
        }

        Assert.InRange(new FileInfo(folder["model.onnx"]).Length, 1, 20_000);
        using var session = new InferenceSession(folder["model.onnx"]);
        var images = Images(2, 1, 28);
        Close.To(network.forward(images).detach(), Infer(session, images), 2e-4);
    }

    [Fact]
    public void Export_is_deterministic_and_describes_the_model()
    {
        using var scope = NewDisposeScope();
        using var network = FilledNetwork.Of("resnet18", 0.125, Stem.Half, false, 1, Classes);
        var bytes = Bytes(InferenceNetwork.ToOnnx(network, [1, 28, 28], Classes));
        Assert.Equal(bytes, Bytes(InferenceNetwork.ToOnnx(network, [1, 28, 28], Classes)));

        using var session = new InferenceSession(bytes);
        Assert.Equal("tests", session.ModelMetadata.ProducerName);
        Assert.Equal("value", session.ModelMetadata.CustomMetadataMap["key"]);
        var input = Assert.Single(session.InputMetadata);
        Assert.Equal(OnnxGraph.Input, input.Key);
        Assert.Equal([-1, 1, 28, 28], input.Value.Dimensions);
        Assert.Equal("batch", input.Value.SymbolicDimensions[0]);
        Assert.Equal([-1, Classes], Assert.Single(session.OutputMetadata).Value.Dimensions);
    }

    [Fact]
    public void Network_of_another_kind_is_refused()
    {
        using var network = nn.Sequential(nn.Linear(3, 3));
        Assert.Throws<NotSupportedException>(() => InferenceNetwork.ToOnnx(network, [3], 3));
    }

    private static Tensor Images(int batch, int channels, int side) => rand([batch, channels, side, side], generator: new Generator(2));

    private static InferenceSession Session(OnnxGraph graph) => new(Bytes(graph));

    private static byte[] Bytes(OnnxGraph graph)
    {
        using var memory = new MemoryStream();
        new OnnxFile("tests", [new("key", "value")]).Write(memory, graph);
        return memory.ToArray();
    }

    private static Tensor Infer(InferenceSession session, Tensor images)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(images.ReadAll<float>(), images.shape);
        using var run = new RunOptions();
        using var outputs = session.Run(run, [OnnxGraph.Input], [input], [OnnxGraph.Output]);
        return tensor(outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[0].GetTensorTypeAndShape().Shape);
    }
}
