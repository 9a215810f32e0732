using System.Buffers;

namespace Distill.Datasets.Resampling;

/// <summary>
/// Bicubic weights (Keys 1981, a = −1/2) whose support widens as the image shrinks, which avoids aliasing. PIL and torchvision with
/// antialiasing compute the same. At the edge of a crop, the image's pixels outside the crop contribute too.
/// </summary>
internal readonly ref struct BicubicTaps : IDisposable
{
    private const double A = -0.5;
    private const double Support = 2;

    private readonly int[] _firsts;
    private readonly int[] _counts;
    private readonly float[] _weights;
    private readonly int _stride;

    /// <summary>Computes the taps of one side. Their weights are in pooled arrays.</summary>
    /// <param name="side">Length of the image along this side, in pixels.</param>
    /// <param name="start">Start of the crop, in pixels.</param>
    /// <param name="length">Length of the crop, in pixels, more than 0.</param>
    /// <param name="outputs">Length of the result, in pixels.</param>
    /// <param name="mirrored">Whether the result is mirrored.</param>
    public BicubicTaps(int side, double start, double length, int outputs, bool mirrored = false)
    {
        var step = length / outputs;
        var scale = Math.Max(1, step);
        _stride = Math.Min(side, (int)(2 * Support * scale) + 2);
        _firsts = ArrayPool<int>.Shared.Rent(outputs);
        _counts = ArrayPool<int>.Shared.Rent(outputs);
        _weights = ArrayPool<float>.Shared.Rent(outputs * _stride);
        (First, End) = (side, 0);
        for (var output = 0; output < outputs; output++)
        {
            var place = mirrored ? outputs - 1 - output : output;
            Place(place, start + (output + 0.5) * step, scale, side);
            (First, End) = (Math.Min(First, _firsts[place]), Math.Max(End, _firsts[place] + _counts[place]));
        }
    }

    /// <summary>The first input pixel that contributes to any output.</summary>
    public int First { get; }

    /// <summary>Index after the last input pixel that contributes to any output.</summary>
    public int End { get; }

    /// <summary>Returns the first input pixel of an output.</summary>
    public int FirstOf(int output) => _firsts[output];

    /// <summary>Returns the weights of the neighboring input pixels, from the first on, of an output. They sum to 1.</summary>
    public ReadOnlySpan<float> WeightsOf(int output) => _weights.AsSpan(output * _stride, _counts[output]);

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_firsts);
        ArrayPool<int>.Shared.Return(_counts);
        ArrayPool<float>.Shared.Return(_weights);
    }

    private void Place(int output, double center, double scale, int side)
    {
        var support = Support * scale;
        var first = Math.Clamp((int)(center - support + 0.5), 0, side - 1);
        var end = Math.Clamp((int)(center + support + 0.5), first + 1, side);
        (_firsts[output], _counts[output]) = (first, end - first);
        var total = 0.0;
        for (var pixel = first; pixel < end; pixel++)
        {
            total += Cubic((pixel + 0.5 - center) / scale);
        }

        for (var pixel = first; pixel < end; pixel++)
        {
            _weights[output * _stride + pixel - first] = (float)(Cubic((pixel + 0.5 - center) / scale) / total);
        }
    }

    private static double Cubic(double x)
    {
        x = Math.Abs(x);
        return x < 1 ? ((A + 2) * x - (A + 3)) * x * x + 1
            : x < 2 ? (((x - 5) * x + 8) * x - 4) * A
            : 0;
    }
}
