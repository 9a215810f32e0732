// N images, C channels, H height, W width
using Distill.Learning.Randomness;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>Removes all color (SimCLR appendix A). Images of one channel stay unchanged.</summary>
/// <param name="Probability">Probability that a view is changed; 0.2 in SimCLR.</param>
internal sealed record Grayscale(double Probability) : ViewOperation(Probability), ISingleView
{
    public static Grayscale Read(JsonSection section) => new(section.Number("probability", 0.2, 0, 1, ProbabilityHelp));

    /// <inheritdoc/>
    public override Tensor Apply(Tensor x_NCHW, ReadOnlySpan<RandomKey> views) => x_NCHW.shape[1] == 1
        ? x_NCHW.alias()
        : Where(Chosen(views, ViewDraws.Grayscale), ColorBatch.Grayscale(x_NCHW), x_NCHW);

    /// <inheritdoc/>
    public void Change(ViewSpan view, RandomKey key)
    {
        if (view.Channels == 3 && Chooses(key, ViewDraws.Grayscale))
        {
            VectorRow.ChangeColor(view, default(GrayChange));
        }
    }
}
