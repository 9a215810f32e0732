using Distill.Learning.Onnx;
using Distill.Learning.Training;
using static TorchSharp.torch;

namespace Distill.Learning.Networks.Inference;

/// <summary>
/// A network without a form of its own for inference. The network, which the caller owns, is in inference mode until this is disposed of.
/// </summary>
internal sealed class UnfusedNetwork : IInferenceModule
{
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly Compute _compute;
    private readonly bool _training;

    public UnfusedNetwork(nn.Module<Tensor, Tensor> network, Compute compute)
    {
        (_network, _compute, _training) = (network, compute, network.training);
        network.eval();
    }

    public Tensor Forward(Tensor x)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        using var precision = _compute.BeginAutocast();
        return _network.forward(x).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    public string Emit(OnnxGraph graph, string x) =>
        throw new NotSupportedException(
            $"{_network.GetName()} cannot be exported to ONNX: only this project's classifiers and encoders can");

    public void Dispose() => _network.train(_training);
}
