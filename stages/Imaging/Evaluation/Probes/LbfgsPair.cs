using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Imaging.Evaluation.Probes;

/// <summary>What a step of L-BFGS teaches about curvature.</summary>
/// <param name="S">The step, [P].</param>
/// <param name="Y">The change of the gradient over it, [P].</param>
/// <param name="Curvature">s·y, larger than 0.</param>
internal sealed record LbfgsPair(Tensor S, Tensor Y, double Curvature) : IDisposable
{
    /// <summary>The pair of a step, owned by the scope around the current one.</summary>
    public static LbfgsPair Between(LbfgsPoint from, LbfgsPoint to)
    {
        var s = to.X.sub(from.X).MoveToOuterDisposeScope();
        var y = to.Gradient.sub(from.Gradient).MoveToOuterDisposeScope();
        return new LbfgsPair(s, y, s.dot(y).ReadDouble());
    }

    public void Dispose()
    {
        S.Dispose();
        Y.Dispose();
    }
}
