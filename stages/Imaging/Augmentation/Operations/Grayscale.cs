using Distill.Learning.Randomness;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>Takes all color out (SimCLR appendix A); an image of one channel stays as it is.</summary>
/// <param name="Probability">Chance; 0.2 in SimCLR.</param>
internal sealed record Grayscale(double Probability) : ViewOperation(Probability), ISingleView
{
    public static Grayscale Read(JsonSection section) => new(section.Number("probability", 0.2, 0, 1, ProbabilityHelp));

    /// <inheritdoc/>
    public override Tensor Apply(Tensor x_NCHW, ReadOnlySpan<RandomKey> views) => x_NCHW.shape[1] == 1
        ? x_NCHW.alias()
        : Where(Chosen(views, ViewDraws.Grayscale), Photometric.Grayscale(x_NCHW), x_NCHW);

    /// <inheritdoc/>
    public void Change(ViewSpan view, RandomKey key)
    {
        if (view.Channels == 3 && Chooses(key, ViewDraws.Grayscale))
        {
            VectorRow.ChangeColor(view, default(GrayChange));
        }
    }
}
