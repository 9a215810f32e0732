// N images, C channels, H height, W width, K classes
using Distill.Learning.Arithmetic;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Distill.Learning.Networks;

/// <summary>
/// Runs an imported network and the ONNX model that it comes from on the same images. A graph may have the right weights and still
/// have other pools, strides, paddings or activations than the network; no list of its attributes tells as much as its outputs.
/// </summary>
internal static class OnnxComparison
{
    /// <summary>Height and width where the model leaves them free.</summary>
    private const int FreeSize = 64;

    private const int FreeBatch = 2;

    /// <summary>Largest difference, as a part of the largest output. Weights may be fp16, and sums have another order.</summary>
    private const double Tolerance = 0.01;

    /// <summary>Compares the outputs.</summary>
    /// <param name="network">The ResNet with the imported weights, without its normalization, which the graph does not have.</param>
    /// <param name="path">The ONNX model.</param>
    /// <param name="outputs">Makes the model's output from the network's, such as logits from features.</param>
    /// <exception cref="InvalidDataException">ONNX Runtime refuses the model, or the outputs differ.</exception>
    public static void Check(ResNet network, string path, Func<Tensor, Tensor> outputs)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var training = network.training;
        network.eval();
        try
        {
            using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            using var session = new InferenceSession(path, options);
            var (name, input) = session.InputMetadata.Single();
            var images_NCHW = Images(network, input, path);
            var expected = Run(session, name, input.ElementDataType, images_NCHW);
            var (device, dtype) = (network.parameters().First().device, network.parameters().First().dtype);
            var features = network.Unnormalized(images_NCHW.to(dtype, device));
            Compare(expected, outputs(features.cpu().to_type(ScalarType.Float32)), path, network.Options.StemName);
        }
        catch (OnnxRuntimeException rejected)
        {
            throw new InvalidDataException($"{path}: ONNX Runtime rejects it: {rejected.Message}", rejected);
        }
        finally
        {
            network.train(training);
        }
    }

    private static Tensor Images(ResNet network, NodeMetadata input, string path)
    {
        var channels = network.parameters().First().shape[1];
        long[] expected = [FreeBatch, channels, FreeSize, FreeSize];
        long[] shape = [.. input.Dimensions.Zip(expected, (size, free) => size > 0 ? size : free)];
        if (input.Dimensions.Length != expected.Length || shape[1] != channels)
        {
            throw new InvalidDataException(
                $"{path}: found an input of shape [{string.Join(", ", input.Dimensions)}], expected [batch, {channels}, height, width]");
        }

        // These numbers give images with large and small differences between neighbors, the same on every machine.
        var count = (int)shape.Aggregate(1L, (product, size) => product * size);
        return tensor([.. Enumerable.Range(0, count).Select(i => (float)(Math.Sin(0.37 * i) + Math.Cos(1e-4 * i * i)))], shape);
    }

    private static Tensor Run(InferenceSession session, string name, TensorElementType type, Tensor images_NCHW)
    {
        var half = type == TensorElementType.Float16;
        using var images = half ? images_NCHW.to_type(ScalarType.Float16) : images_NCHW.alias();
        using var input = OrtValue.CreateAllocatedTensorValue(
            OrtAllocator.DefaultInstance, half ? TensorElementType.Float16 : TensorElementType.Float, images.shape);
        images.bytes.CopyTo(input.GetTensorMutableRawData());
        using var run = new RunOptions();
        using var results = session.Run(run, [name], [input], [session.OutputMetadata.Keys.First()]);
        var shape = results[0].GetTensorTypeAndShape().Shape;
        return half
            ? tensor(Array.ConvertAll(results[0].GetTensorDataAsSpan<Float16>().ToArray(), value => (float)value), shape)
            : tensor(results[0].GetTensorDataAsSpan<float>().ToArray(), shape);
    }

    private static void Compare(Tensor expected, Tensor found, string path, string stem)
    {
        if (expected.numel() != found.numel())
        {
            throw new InvalidDataException(
                $"{path}: found an output of shape [{string.Join(", ", expected.shape)}], expected [{string.Join(", ", found.shape)}]");
        }

        var difference = expected.reshape(found.shape).sub(found).abs().max().ReadDouble();
        var largest = expected.abs().max().ReadDouble();
        if (!(difference <= Tolerance * largest))
        {
            throw new InvalidDataException(FormattableString.Invariant(
                $"{path}: found outputs in ONNX Runtime that differ by {difference:g3} of {largest:g3} from the imported network's, ")
                + $"expected the same. Another stride, padding, pool or ReLU than those of a plain ResNet with network.stem {stem} "
                + "is the usual cause; set the stem of the model, or export it as a plain ResNet");
        }
    }
}
