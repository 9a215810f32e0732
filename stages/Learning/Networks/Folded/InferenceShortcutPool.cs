using Distill.Learning.Onnx;
using static TorchSharp.torch;

namespace Distill.Learning.Networks.Folded;

/// <summary>ResNet-D's pooling, which has no weights.</summary>
internal sealed class InferenceShortcutPool(int stride) : IInferenceModule
{
    /// <inheritdoc cref="ShortcutPool.Pool"/>
    public Tensor Forward(Tensor x_NCHW) => ShortcutPool.Pool(x_NCHW, stride);

    // One pixel more at the far edges: at stride 2 no window reaches it where the size is even.
    public string Emit(OnnxGraph graph, string x) => graph.Add(
        "AveragePool",
        [x],
        OnnxAttribute.Of("kernel_shape", 2, 2),
        OnnxAttribute.Of("strides", stride, stride),
        OnnxAttribute.Of("pads", 0, 0, 1, 1),
        OnnxAttribute.Of("count_include_pad", stride == 1 ? 0 : 1));

    public void Dispose()
    {
    }
}
