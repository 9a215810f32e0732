using static TorchSharp.torch;

namespace Stages.Learning.Networks.Folded;

/// <summary>ResNet-D's pooling, which has no weights.</summary>
internal sealed class FoldedShortcutPool(int stride) : IFolded
{
    /// <inheritdoc cref="ShortcutPool.Pool"/>
    public Tensor Forward(Tensor x_NCHW) => ShortcutPool.Pool(x_NCHW, stride);

    public void Dispose()
    {
    }
}
