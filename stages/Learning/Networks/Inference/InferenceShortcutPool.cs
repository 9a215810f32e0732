using Distill.Learning.Onnx;
using static TorchSharp.torch;

// N images, C channels, H height, W width
namespace Distill.Learning.Networks.Inference;

/// <summary>The pooling of ResNet-D's shortcut, which has no weights.</summary>
internal sealed class InferenceShortcutPool(int stride) : IInferenceModule
{
    /// <inheritdoc cref="ShortcutPool.Pool"/>
    public Tensor Forward(Tensor x_NCHW) => ShortcutPool.Pool(x_NCHW, stride);

    // One pixel of padding at the far edges. At stride 2 and an even size, no window reaches it.
    public string Emit(OnnxGraph graph, string x) => graph.Add(
        "AveragePool",
        [x],
        OnnxAttribute.Create("kernel_shape", 2, 2),
        OnnxAttribute.Create("strides", stride, stride),
        OnnxAttribute.Create("pads", 0, 0, 1, 1),
        OnnxAttribute.Create("count_include_pad", stride == 1 ? 0 : 1));

    public void Dispose()
    {
    }
}
