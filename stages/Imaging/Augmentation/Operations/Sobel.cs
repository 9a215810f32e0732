using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using Distill.Pipeline.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>
/// Leaves the edges (SimCLR figure 4): the magnitude of each channel's Sobel gradient, √(gₓ² + g_y²), at most 1. The kernels are a
/// quarter of 1 2 1 across and −1 0 1 along, so that a step from black to white counts 1; borders are reflected.
/// </summary>
/// <param name="Probability">Chance; 0.5 unless said otherwise, as the paper gives none.</param>
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

    /// <summary>1 2 1 over 4, one row or column fewer at either side.</summary>
    private static Tensor Across(Tensor x, int dimension)
    {
        var length = x.shape[dimension] - 2;
        return x.narrow(dimension, 1, length).Times(2)
            .Plus_(x.narrow(dimension, 0, length)).Plus_(x.narrow(dimension, 2, length)).Over_(4);
    }

    /// <summary>−1 0 1, one row or column fewer at either side.</summary>
    private static Tensor Along(Tensor x, int dimension)
    {
        var length = x.shape[dimension] - 2;
        return x.narrow(dimension, 2, length).sub(x.narrow(dimension, 0, length));
    }
}
