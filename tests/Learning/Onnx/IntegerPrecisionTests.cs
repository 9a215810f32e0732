using Distill.Artifacts;
using Distill.Export;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
using Microsoft.ML.OnnxRuntime;
using Tests.Golden;
using static TorchSharp.torch;

namespace Tests.Learning.Onnx;

/// <summary>Tests quantized graphs in ONNX Runtime.</summary>
[Collection(TorchTests.Name)]
[Trait("Category", "Slow")]
public class IntegerPrecisionTests
{
    private const int Classes = 7;

    [Theory]
    [InlineData("resnet18", false)]
    [InlineData("resnet50", false)]
    [InlineData("resnet50", true)]
    public void Quantized_logits_differ_little_and_the_model_is_a_third(string architecture, bool selective)
    {
        using var scope = NewDisposeScope();
        using var network = FilledNetwork.Of(architecture, 0.5, Stem.ImageNet, selective, 3, Classes);
        var graph = InferenceNetwork.ToOnnx(network, [3, 32, 32], Classes);
        Tensor[] batches = [.. Enumerable.Range(0, 4).Select(i => rand([16, 3, 32, 32], generator: new Generator((ulong)i)))];

        var (quantized, _) = Calibration.Quantize(graph, new CalibrationImages(batches[..3]), _ => { });

        using var model = new OnnxClassifier(OnnxModelFiles.Bytes(quantized));
        var expected = network.forward(batches[3]).detach();
        var size = expected.abs().mean().ReadDouble();
        var error = expected.Plus(model.Logits(batches[3]), -1).abs().mean().ReadDouble();
        Assert.InRange(error, 0, 0.02 * size);
        Assert.InRange(OnnxModelFiles.Bytes(quantized).Length, 0, 0.31 * OnnxModelFiles.Bytes(graph).Length);
    }

    [Fact]
    public void Runtime_computes_every_convolution_and_sum_in_eight_bits()
    {
        using var folder = new Tests.Pipeline.TempFolder();
        using var scope = NewDisposeScope();
        using var network = FilledNetwork.Of("resnet50", 0.25, Stem.ImageNet, false, 1, Classes);
        Tensor[] batches = [rand([8, 1, 28, 28], generator: new Generator(1)), rand([8, 1, 28, 28], generator: new Generator(2))];
        var graph = InferenceNetwork.ToOnnx(network, [1, 28, 28], Classes);
        var (quantized, _) = Calibration.Quantize(graph, new CalibrationImages(batches), _ => { });

        using (var options = new SessionOptions())
        {
            options.OptimizedModelFilePath = folder["optimized.onnx"];
            options.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR;
            options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_EXTENDED;
            new InferenceSession(OnnxModelFiles.Bytes(quantized), options).Dispose();
        }

        var optimized = File.ReadAllBytes(folder["optimized.onnx"]);
        Assert.Equal((53, 16, 0), (Count(optimized, "QLinearConv"), Count(optimized, "QLinearAdd"), Count(optimized, "Conv")));
    }

    /// <summary>Counts nodes by NodeProto.op_type, field 4: a tag, a length and the name.</summary>
    private static int Count(ReadOnlySpan<byte> model, string operation)
    {
        byte[] wanted = [(4 << 3) | 2, (byte)operation.Length, .. System.Text.Encoding.ASCII.GetBytes(operation)];
        var count = 0;
        for (var at = model.IndexOf(wanted); at >= 0; at = model.IndexOf(wanted))
        {
            count++;
            model = model[(at + 1)..];
        }

        return count;
    }
}
