using Distill.Learning.Onnx;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Learning.Networks.Inference;

/// <summary>Converts trained networks into their form for inference.</summary>
public static class InferenceNetwork
{
    /// <summary>
    /// Creates the network's form for inference, whose outputs are fp32. They differ from the network's in the last digits, because the
    /// product of weight and scale is rounded only once. In bf16 the difference is smaller than that between bf16 and fp32.
    /// </summary>
    /// <param name="network">
    /// The network, which must outlive the result. It does not change, except that a network that is not one of this project's classifiers
    /// and encoders is in inference mode until the result is disposed of.
    /// </param>
    /// <param name="compute">Device and arithmetic.</param>
    public static IInferenceModule Create(nn.Module<Tensor, Tensor> network, Compute compute) =>
        network is IInferenceConvertible convertible
            ? convertible.ToInference(new InferenceDtype(compute.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32))
            : new UnfusedNetwork(network, compute);

    /// <summary>Converts a network to an ONNX graph in fp32.</summary>
    /// <param name="network">One of this project's classifiers.</param>
    /// <param name="imageShape">Channels, height and width of an image.</param>
    /// <param name="classes">Number of classes.</param>
    /// <exception cref="NotSupportedException">The network is of another kind.</exception>
    public static OnnxGraph ToOnnx(nn.Module<Tensor, Tensor> network, IReadOnlyList<long> imageShape, long classes)
    {
        using var inference = Create(network, new Compute(CPU, Bf16: false));
        var graph = new OnnxGraph(imageShape, classes);
        graph.SetOutput(inference.Emit(graph, OnnxGraph.Input));
        return graph;
    }
}
