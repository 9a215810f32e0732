using Distill.Learning.Onnx;
using static TorchSharp.torch;

namespace Distill.Learning.Networks.Inference;

/// <summary>
/// A network or module in its form for inference: batch norms are folded into the layers before them, and weights have the type that is
/// computed in. It is a copy, so training the network later does not change it.
/// </summary>
public interface IInferenceModule : IDisposable
{
    /// <summary>Computes the outputs in inference mode, without a graph. Threads may call it at the same time.</summary>
    /// <param name="x">The input. A module may overwrite it; a whole network does not.</param>
    /// <returns>The outputs, in the caller's dispose scope.</returns>
    Tensor Forward(Tensor x);

    /// <summary>Adds the ONNX nodes that compute the same.</summary>
    /// <param name="graph">Receives the nodes and the weights.</param>
    /// <param name="x">The name of the input value.</param>
    /// <returns>The name of the output value.</returns>
    /// <exception cref="NotSupportedException">This kind of network cannot be exported.</exception>
    string Emit(OnnxGraph graph, string x);
}
