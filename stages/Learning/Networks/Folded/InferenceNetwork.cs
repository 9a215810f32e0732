using Distill.Learning.Onnx;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Learning.Networks.Folded;

/// <summary>Networks as they are only to be asked.</summary>
public static class InferenceNetwork
{
    /// <summary>
    /// The network's form for inference, which gives fp32. Its digits differ from the network's own in the last places, because a product
    /// of weights is rounded once rather than applied in turn; in bf16 by less than bf16 differs from fp32.
    /// </summary>
    /// <param name="network">
    /// Outlives the form. It stays as it is, except that one of another kind than this project's classifiers and encoders is in inference mode until
    /// the form is disposed of.
    /// </param>
    /// <param name="compute">Device and arithmetic.</param>
    public static IInferenceModule Of(nn.Module<Tensor, Tensor> network, Compute compute) => network is IInferenceConvertible foldable
        ? foldable.Fold(new InferenceDtype(compute.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32))
        : new UnfusedNetwork(network, compute);

    /// <summary>The network as ONNX has it, in fp32.</summary>
    /// <param name="network">A classifier of this project.</param>
    /// <param name="imageShape">Channels, height and width.</param>
    /// <param name="classes">K.</param>
    /// <exception cref="NotSupportedException">It is of another kind.</exception>
    public static OnnxGraph ToOnnx(nn.Module<Tensor, Tensor> network, IReadOnlyList<long> imageShape, long classes)
    {
        using var folded = Of(network, new Compute(CPU, Bf16: false));
        var graph = new OnnxGraph(imageShape, classes);
        graph.End(folded.Emit(graph, OnnxGraph.Input));
        return graph;
    }
}
