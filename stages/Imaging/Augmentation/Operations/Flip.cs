// N images, C channels, H height, W width
using Distill.Learning.Randomness;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>A horizontal flip, for lists without a crop, which has its own flip (SimCLR figure 4).</summary>
/// <param name="Probability">Probability that a view is changed; 0.5 in SimCLR.</param>
internal sealed record Flip(double Probability) : ViewOperation(Probability), ISingleView
{
    public static Flip Read(JsonSection section) => new(section.Number("probability", 0.5, 0, 1, ProbabilityHelp));

    /// <inheritdoc/>
    public override Tensor Apply(Tensor x_NCHW, ReadOnlySpan<RandomKey> views) =>
        Where(Chosen(views, ViewDraws.Flip), x_NCHW.flip(3), x_NCHW);

    /// <inheritdoc/>
    public void Change(ViewSpan view, RandomKey key)
    {
        if (Chooses(key, ViewDraws.Flip))
        {
            for (var start = 0; start < view.Values.Length; start += view.Width)
            {
                view.Values.Slice(start, view.Width).Reverse();
            }
        }
    }
}
