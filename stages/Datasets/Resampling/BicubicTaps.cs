namespace Distill.Datasets.Resampling;

/// <summary>
/// Bicubic weights (Keys 1981, a = −1/2) whose support widens as the image shrinks, which avoids aliasing. PIL and torchvision with
/// antialiasing compute the same. At the edge of a crop, the image's pixels outside the crop contribute too.
/// </summary>
internal static class BicubicTaps
{
    private const double A = -0.5;
    private const double Support = 2;

    /// <summary>Computes the taps of one side.</summary>
    /// <param name="side">Length of the image along this side, in pixels.</param>
    /// <param name="start">Start of the crop, in pixels.</param>
    /// <param name="length">Length of the crop, in pixels, more than 0.</param>
    /// <param name="outputs">Length of the result, in pixels.</param>
    /// <param name="mirrored">Whether the result is mirrored.</param>
    /// <returns>One tap per output pixel; the weights of a tap sum to 1.</returns>
    public static Tap[] Create(int side, double start, double length, int outputs, bool mirrored = false)
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
        var support = Support * scale;
        var first = Math.Clamp((int)(center - support + 0.5), 0, side - 1);
        var end = Math.Clamp((int)(center + support + 0.5), first + 1, side);
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

/// <summary>The weights of the neighboring input pixels, from <paramref name="First"/> on, of one output pixel.</summary>
internal readonly record struct Tap(int First, float[] Weights)
{
    /// <summary>Index after the last input pixel.</summary>
    public int End => First + Weights.Length;
}
