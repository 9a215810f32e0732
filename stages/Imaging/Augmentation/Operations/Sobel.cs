// N images, C channels, H height, W width
using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using Distill.Pipeline.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>
/// A Sobel filter (SimCLR figure 4): the magnitude of each channel's gradient, √(gₓ² + g_y²), at most 1. The kernels are ¼ · [1 2 1]
/// across and [−1 0 1] along, so that a step from black to white gives 1. Borders are reflected.
/// </summary>
/// <param name="Probability">Probability that a view is changed; 0.5 by default, since the paper gives none.</param>
internal sealed record Sobel(double Probability) : ViewOperation(Probability)
{
    public static Sobel Read(JsonSection section) => new(section.Number("probability", 0.5, 0, 1, ProbabilityHelp));

    /// <inheritdoc/>
    public override Tensor Apply(Tensor x_NCHW, ReadOnlySpan<RandomKey> views)
    {
        using var scope = NewDisposeScope();
        return Where(Chosen(views, ViewDraws.Sobel), Magnitude(x_NCHW), x_NCHW).MoveToOuterDisposeScope();
    }

    private static Tensor Magnitude(Tensor x_NCHW)
    {
        var padded = nn.functional.pad(x_NCHW, [1, 1, 1, 1], PaddingModes.Reflect);
        var along_NCHW = Along(Across(padded, 2), 3);
        var down_NCHW = Along(Across(padded, 3), 2);
        return along_NCHW.Squared().Plus_(down_NCHW.Squared()).sqrt_().AtMost_(1);
    }

    /// <summary>Filters with ¼ · [1 2 1]; the result has one row or column fewer on either side.</summary>
    private static Tensor Across(Tensor x, int dimension)
    {
        var length = x.shape[dimension] - 2;
        return x.narrow(dimension, 1, length).Times(2)
            .Plus_(x.narrow(dimension, 0, length)).Plus_(x.narrow(dimension, 2, length)).Over_(4);
    }

    /// <summary>Filters with [−1 0 1]; the result has one row or column fewer on either side.</summary>
    private static Tensor Along(Tensor x, int dimension)
    {
        var length = x.shape[dimension] - 2;
        return x.narrow(dimension, 2, length).sub(x.narrow(dimension, 0, length));
    }
}
