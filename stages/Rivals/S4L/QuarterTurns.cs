using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Distill.Rivals.S4L;

/// <summary>Rotates views by quarter turns, counterclockwise. Views must be square.</summary>
/// <param name="turns">Number of turns, from 1 to 3.</param>
internal sealed class QuarterTurns(int turns) : IViewChange
{
    /// <inheritdoc/>
    public Tensor Change(nn.Module<Tensor, Tensor> network, Tensor views_NCHW, IReadOnlyList<RandomKey> keys) =>
        rot90(views_NCHW, turns, (2, 3)).contiguous();
}
