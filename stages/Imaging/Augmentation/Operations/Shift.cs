// N images, C channels, H height, W width
using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>
/// Moves the view by whole pixels, up or down and left or right. What comes in from outside is reflected at the border: the usual weak
/// augmentation of small images, a random crop of the padded image (Sohn et al. 2020, arXiv:2001.07685, section 2.3).
/// </summary>
/// <param name="Probability">Probability that a view is moved.</param>
/// <param name="Size">Largest shift in each direction, as a fraction of the side; 4 of 32 pixels in FixMatch.</param>
internal sealed record Shift(double Probability, double Size) : ViewOperation(Probability), ISingleView
{
    public static Shift Read(JsonSection section) => new(
        section.Number("probability", 1, 0, 1, ProbabilityHelp),
        section.Number("size", 0.125, 0, 0.5, "Largest shift as a fraction of the side."));

    /// <inheritdoc/>
    public override Tensor Apply(Tensor x_NCHW, ReadOnlySpan<RandomKey> views)
    {
        using var scope = NewDisposeScope();
        var (height, width) = ((int)x_NCHW.shape[2], (int)x_NCHW.shape[3]);
        var places = new long[views.Length * height * width];
        for (var i = 0; i < views.Length; i++)
        {
            var (rows, columns) = (Sources(views[i], ViewDraws.ShiftRows, height), Sources(views[i], ViewDraws.ShiftColumns, width));
            for (var place = 0; place < height * width; place++)
            {
                places[i * height * width + place] = rows[place / width] * width + columns[place % width];
            }
        }

        var places_N1P = tensor(places, [views.Length, 1, height * width]).OnDevice(x_NCHW.device);
        var channels = x_NCHW.shape[1];
        return x_NCHW.flatten(2).gather(2, places_N1P.expand(-1, channels, -1)).view(x_NCHW.shape).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Change(ViewSpan view, RandomKey key)
    {
        var rows = Sources(key, ViewDraws.ShiftRows, view.Height);
        var columns = Sources(key, ViewDraws.ShiftColumns, view.Width);
        Span<float> before = view.Values.ToArray();
        for (var i = 0; i < before.Length; i++)
        {
            var (line, column) = (i / view.Width, i % view.Width);
            var (channel, row) = (line / view.Height, line % view.Height);
            view.Values[i] = before[(channel * view.Height + rows[row]) * view.Width + columns[column]];
        }
    }

    /// <summary>Draws a shift and returns where each row or column comes from.</summary>
    private int[] Sources(RandomKey key, int draw, int length)
    {
        // Reflection does not repeat the border, so a shift is shorter than the side.
        var largest = Math.Min((int)Math.Round(Size * length), length - 1);
        var shift = Chooses(key, ViewDraws.Shift) ? key.Below(draw, 2 * largest + 1) - largest : 0;
        var sources = new int[length];
        for (var i = 0; i < length; i++)
        {
            var source = Math.Abs(i + shift);
            sources[i] = source < length ? source : 2 * (length - 1) - source;
        }

        return sources;
    }
}
