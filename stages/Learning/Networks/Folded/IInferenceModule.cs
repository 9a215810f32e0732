using Distill.Learning.Onnx;
using static TorchSharp.torch;

namespace Distill.Learning.Networks.Folded;

/// <summary>
/// A network, or a part of one, as it is only to be asked: batch norms folded into the layers before them, weights in the type
/// that is computed in. Made from a trained network once, and a copy: what is trained later does not show in it.
/// </summary>
public interface IInferenceModule : IDisposable
{
    /// <summary>What the network gives in inference mode, without a graph. Any number of threads may call it at a time.</summary>
    /// <param name="x">May be overwritten by parts of a network, never by a whole one.</param>
    /// <returns>In the caller's dispose scope.</returns>
    Tensor Forward(Tensor x);

    /// <summary>Adds the nodes that compute the same.</summary>
    /// <param name="graph">Takes them, with the weights.</param>
    /// <param name="x">The value that they begin with.</param>
    /// <returns>The value that they end with.</returns>
    /// <exception cref="NotSupportedException">It is not known how.</exception>
    string Emit(OnnxGraph graph, string x);
}
