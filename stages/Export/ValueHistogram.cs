using Distill.Learning.Onnx;

namespace Distill.Export;

/// <summary>The distribution of one value of a graph over the calibration images.</summary>
internal sealed class ValueHistogram
{
    private const int Bins = 2048;

    // Eight bits, one of them for the sign.
    private const int Levels = 128;
    private const int Stride = 16;

    private readonly long[] _counts = new long[Bins];
    private float _low = float.PositiveInfinity;
    private float _high = float.NegativeInfinity;

    /// <summary>First pass: widens the range of the histogram to these values.</summary>
    public void Widen(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            _low = MathF.Min(_low, value);
            _high = MathF.Max(_high, value);
        }
    }

    /// <summary>Second pass: counts these values in the bins.</summary>
    public void Count(ReadOnlySpan<float> values)
    {
        var perUnit = _high > _low ? Bins / (_high - _low) : 0;
        foreach (var value in values)
        {
            _counts[Math.Min((int)((value - _low) * perUnit), Bins - 1)]++;
        }
    }

    /// <summary>Returns the range that keeps a fraction of the values, and clips half of the rest at each end.</summary>
    /// <param name="share">Fraction of kept values in (0, 1].</param>
    public ValueRange Percentile(double share)
    {
        var clipped = (long)(_counts.Sum() * (1 - share) / 2);
        var (first, last) = (0, Bins - 1);
        for (var sum = _counts[first]; sum <= clipped && first < last; sum += _counts[++first])
        {
        }

        for (var sum = _counts[last]; sum <= clipped && last > first; sum += _counts[--last])
        {
        }

        return new ValueRange(Edge(first), Edge(last + 1));
    }

    /// <summary>
    /// Returns the range that loses the least information when its values are rounded to 128 levels: the minimum of the divergence between
    /// the clipped distribution of magnitudes and its rounded form (Migacz, "8-bit inference with TensorRT", 2017).
    /// </summary>
    public ValueRange LeastDivergence()
    {
        var largest = MathF.Max(MathF.Abs(_low), MathF.Abs(_high));
        if (largest == 0)
        {
            return new ValueRange(0, 0);
        }

        var magnitudes = new double[Bins];
        for (var bin = 0; bin < Bins; bin++)
        {
            var middle = MathF.Abs((Edge(bin) + Edge(bin + 1)) / 2);
            magnitudes[Math.Min((int)(middle / largest * Bins), Bins - 1)] += _counts[bin];
        }

        var best = Enumerable.Range(0, ((Bins - Levels) / Stride) + 1)
            .Select(i => Levels + (i * Stride))
            .MinBy(bins => Divergence(magnitudes, bins));
        var threshold = largest * best / Bins;
        return new ValueRange(MathF.Max(_low, -threshold), MathF.Min(_high, threshold));
    }

    private static double Divergence(double[] magnitudes, int bins)
    {
        double[] clipped = [.. magnitudes[..bins]];
        clipped[^1] += magnitudes[bins..].Sum();
        var (all, divergence, total) = (0.0, 0.0, clipped.Sum());
        var rounded = new double[bins];
        for (var level = 0; level < Levels; level++)
        {
            var (from, to) = (level * bins / Levels, (level + 1) * bins / Levels);
            var (mass, filled) = (0.0, 0);
            for (var bin = from; bin < to; bin++)
            {
                mass += magnitudes[bin];
                filled += clipped[bin] > 0 ? 1 : 0;
            }

            for (var bin = from; bin < to; bin++)
            {
                rounded[bin] = clipped[bin] > 0 ? mass / filled : 0;
                all += rounded[bin];
            }
        }

        for (var bin = 0; bin < bins; bin++)
        {
            if (clipped[bin] > 0)
            {
                // Values beyond the range were added to the last bin, which may be empty in the rounded distribution.
                divergence += clipped[bin] / total * Math.Log(clipped[bin] / total / Math.Max(rounded[bin] / all, 1e-9));
            }
        }

        return divergence;
    }

    private float Edge(int bin) => _low + ((_high - _low) * bin / Bins);
}
