using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Probes;

/// <summary>A place that L-BFGS has looked at.</summary>
/// <param name="X">Where, [P], fp64.</param>
/// <param name="Value">The function there.</param>
/// <param name="Gradient">Its gradient there, [P], fp64.</param>
internal sealed record LbfgsPoint(Tensor X, double Value, Tensor Gradient) : IDisposable
{
    /// <summary>Hands both tensors to the scope around the current one.</summary>
    public LbfgsPoint Keep()
    {
        X.MoveToOuterDisposeScope();
        Gradient.MoveToOuterDisposeScope();
        return this;
    }

    public void Dispose()
    {
        X.Dispose();
        Gradient.Dispose();
    }
}
