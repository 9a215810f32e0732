using Distill.Learning.Arithmetic;
using Distill.Learning.Onnx;
using static TorchSharp.torch;

// N images, C channels, H height, W width, E = 2C logits
namespace Distill.Learning.Networks.Inference;

/// <summary>A <see cref="SelectiveKernel"/> in its form for inference.</summary>
internal sealed class InferenceSelectiveKernel(
    InferenceConvolution branches, InferenceConvolution squeeze, InferenceConvolution excite) : IInferenceModule
{
    /// <summary>x_NCHW → y_NCH′W′ (height and width divided by the stride).</summary>
    public Tensor Forward(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        var both = branches.Forward(x_NCHW).chunk(2, dim: 1);
        var pooled_NC11 = both[0].Plus(both[1]).mean([2, 3], keepdim: true);
        var logits_NE11 = excite.Forward(squeeze.Forward(pooled_NC11));
        return SelectiveKernel.Mixed(both, logits_NE11).MoveToOuterDisposeScope();
    }

    // A softmax of two logits is a sigmoid of their difference.
    public string Emit(OnnxGraph graph, string x) => graph.Within("sk", () =>
    {
        var both = Halves(branches.Emit(graph, x));
        var sum = graph.Add("Add", both);
        var pooled = graph.Add("ReduceMean", [sum], OnnxAttribute.Create("axes", 2, 3), OnnxAttribute.Create("keepdims", 1));
        var logits = Halves(excite.Emit(graph, squeeze.Emit(graph, pooled)));
        return graph.Add("Add", [Weighted(0), Weighted(1)]);

        IReadOnlyList<string> Halves(string value) => graph.Add("Split", [value], 2, [OnnxAttribute.Create("axis", 1)]);

        string Weighted(int branch) =>
            graph.Add("Mul", [both[branch], graph.Add("Sigmoid", [graph.Add("Sub", [logits[branch], logits[1 - branch]])])]);
    });

    public void Dispose()
    {
        branches.Dispose();
        squeeze.Dispose();
        excite.Dispose();
    }
}
