using Distill.Learning.Onnx;
using static TorchSharp.torch;

namespace Distill.Learning.Networks.Inference;

/// <summary>Modules that run one after the other.</summary>
internal sealed class InferenceSequence(params IReadOnlyList<IInferenceModule> parts) : IInferenceModule
{
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        // Without parts, the input itself must not change its owner.
        return parts.Aggregate(x.alias(), (h, part) => part.Forward(h)).MoveToOuterDisposeScope();
    }

    public string Emit(OnnxGraph graph, string x) => parts.Aggregate(x, (h, part) => part.Emit(graph, h));

    public void Dispose()
    {
        foreach (var part in parts)
        {
            part.Dispose();
        }
    }
}
