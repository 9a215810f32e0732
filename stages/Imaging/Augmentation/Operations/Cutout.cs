// N images, C channels, H height, W width, L positions along one side
using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>
/// Sets a square to one value (SimCLR figure 4; DeVries and Taylor 2017, arXiv:1708.04552). Here the whole square is inside the
/// image, and all positions are equally likely.
/// </summary>
/// <param name="Probability">Probability that a view is changed; 0.5 by default, since the paper gives none.</param>
/// <param name="Size">
/// Range of the square's side, relative to the image's shorter side. The default, 0.25 to 0.5, spans the sides that DeVries and
/// Taylor chose for CIFAR-100 and CIFAR-10.
/// </param>
/// <param name="Value">Value of every channel in the square, in [0, 1]; 0.5 by default, a medium gray.</param>
internal sealed record Cutout(double Probability, (double Low, double High) Size, double Value) : ViewOperation(Probability)
{
    public static Cutout Read(JsonSection section) => new(
        section.Number("probability", 0.5, 0, 1, ProbabilityHelp),
        section.Range("size", (0.25, 0.5), 0.01, 1, "Side of the square as a fraction of the shorter side."),
        section.Number("value", 0.5, 0, 1, "Value of the square, from 0 (black) to 1 (white)."));

    /// <inheritdoc/>
    public override Tensor Apply(Tensor x_NCHW, ReadOnlySpan<RandomKey> views)
    {
        using var scope = NewDisposeScope();
        var (height, width) = ((int)x_NCHW.shape[2], (int)x_NCHW.shape[3]);
        var chosen = Chosen(views, ViewDraws.Cutout);
        var (top, left, side) = (new long[views.Length], new long[views.Length], new long[views.Length]);
        for (var i = 0; i < views.Length; i++)
        {
            var share = views[i].Uniform(ViewDraws.CutoutSize, Size.Low, Size.High);
            var length = Math.Max(1, (int)Math.Round(share * Math.Min(height, width)));
            top[i] = views[i].Below(ViewDraws.CutoutTop, height - length + 1);
            left[i] = views[i].Below(ViewDraws.CutoutLeft, width - length + 1);
            side[i] = chosen[i] ? length : 0;
        }

        var rows_N1H1 = Inside(top, side, height, x_NCHW.device).view(-1, 1, height, 1);
        var columns_N11W = Inside(left, side, width, x_NCHW.device).view(-1, 1, 1, width);
        return x_NCHW.Masked(rows_N1H1.logical_and(columns_N11W), Value).MoveToOuterDisposeScope();
    }

    /// <summary>Marks the positions from start to start + count of each image: [N, L], booleans.</summary>
    private static Tensor Inside(long[] start, long[] count, int length, Device device)
    {
        var position_L = NewTensors.Range(length, device);
        var start_N1 = tensor(start, [start.Length, 1]).OnDevice(device);
        var end_N1 = start_N1.Plus(tensor(count, [count.Length, 1]).OnDevice(device));
        return position_L.ge(start_N1).logical_and(position_L.lt(end_N1));
    }
}
