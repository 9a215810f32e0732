namespace Distill.Datasets.Resampling;

/// <summary>
/// Bicubic taps (Keys 1981, a = −1/2) whose reach widens as the picture shrinks, so that nothing aliases: what PIL and torchvision's
/// antialiased resizing compute. Along a cut's edge the picture's own pixels beyond it take part.
/// </summary>
internal static class BicubicTaps
{
    private const double A = -0.5;
    private const double Reach = 2;

    /// <param name="side">Pixels of the picture along this side.</param>
    /// <param name="start">Where the cut begins, in pixels.</param>
    /// <param name="length">Length of the cut, in pixels, more than 0.</param>
    /// <param name="outputs">Pixels of the result.</param>
    /// <param name="mirrored">Whether the result runs backwards.</param>
    /// <returns>A tap an output; weights sum to 1.</returns>
    public static Tap[] Of(int side, double start, double length, int outputs, bool mirrored = false)
    {
        var step = length / outputs;
        var scale = Math.Max(1, step);
        var taps = new Tap[outputs];
        for (var output = 0; output < outputs; output++)
        {
            taps[mirrored ? outputs - 1 - output : output] = At(start + (output + 0.5) * step, scale, side);
        }

        return taps;
    }

    private static Tap At(double center, double scale, int side)
    {
        var reach = Reach * scale;
        var first = Math.Clamp((int)(center - reach + 0.5), 0, side - 1);
        var end = Math.Clamp((int)(center + reach + 0.5), first + 1, side);
        var weights = new double[end - first];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = Cubic((first + i + 0.5 - center) / scale);
        }

        var total = weights.Sum();
        return new Tap(first, Array.ConvertAll(weights, weight => (float)(weight / total)));
    }

    private static double Cubic(double x)
    {
        x = Math.Abs(x);
        return x < 1 ? ((A + 2) * x - (A + 3)) * x * x + 1
            : x < 2 ? (((x - 5) * x + 8) * x - 4) * A
            : 0;
    }
}
