using Distill.Learning.Onnx;
using static TorchSharp.torch;

// N images, C input channels, D output channels, H height, W width
namespace Distill.Learning.Networks.Inference;

/// <summary>A residual block, y = relu(F(x) + shortcut(x)). F's last convolution adds its result to the shortcut in place.</summary>
/// <param name="before">The modules of F before its last convolution.</param>
/// <param name="last">F's last convolution.</param>
/// <param name="shortcut">The shortcut; null for x itself, which is then overwritten.</param>
internal sealed class InferenceBlock(
    IReadOnlyList<IInferenceModule> before, InferenceConvolution last, IInferenceModule? shortcut) : IInferenceModule
{
    /// <summary>x_NCHW → y_NDHW′ (height and width divided by the stride).</summary>
    public Tensor Forward(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        var h_NCHW = before.Aggregate(x_NCHW, (h, part) => part.Forward(h));
        return last.AddedTo_(shortcut?.Forward(x_NCHW) ?? x_NCHW, h_NCHW).MoveToOuterDisposeScope();
    }

    public string Emit(OnnxGraph graph, string x)
    {
        var h = before.Aggregate(x, (value, part) => part.Emit(graph, value));
        var sum = shortcut is null ? x : graph.Within("downsample", () => shortcut.Emit(graph, x));
        return last.EmitAddedTo(graph, sum, h);
    }

    public void Dispose()
    {
        foreach (var part in before)
        {
            part.Dispose();
        }

        last.Dispose();
        shortcut?.Dispose();
    }
}
