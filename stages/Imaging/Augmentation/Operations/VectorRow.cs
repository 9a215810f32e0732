using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>SIMD passes over the values of a view, eight at a time.</summary>
/// <remarks>
/// Vectors always have eight values, and no multiplication is fused with an addition. Sums then have one order and products one
/// rounding on every CPU.
/// </remarks>
internal static class VectorRow
{
    public const int Count = 8;

    /// <summary>Clips values to [0, 1].</summary>
    public static Vector256<float> Clip(Vector256<float> x) =>
        Vector256.MinNative(Vector256.MaxNative(x, Vector256<float>.Zero), Vector256<float>.One);

    /// <summary>Returns the gray of each pixel.</summary>
    public static Vector256<float> Gray(Vector256<float> red, Vector256<float> green, Vector256<float> blue) =>
        red * ColorBatch.LumaRed + green * ColorBatch.LumaGreen + blue * ColorBatch.LumaBlue;

    /// <summary>Applies a change to every value.</summary>
    public static void Change<T>(Span<float> values, T change)
        where T : struct, IPixelChange
    {
        var vectors = Vectors(values);
        foreach (ref var x in vectors)
        {
            x = change.Apply(x);
        }

        var rest = values[(vectors.Length * Count)..];
        if (!rest.IsEmpty)
        {
            Span<float> padded = stackalloc float[Count];
            Store(change.Apply(Padded(rest, padded)), padded, rest);
        }
    }

    /// <summary>Applies a change to every pixel of a view with three channels.</summary>
    public static void ChangeColor<T>(ViewSpan view, T change)
        where T : struct, IColorChange
    {
        var red = Vectors(view.Plane(0));
        var green = Vectors(view.Plane(1));
        var blue = Vectors(view.Plane(2));
        for (var i = 0; i < red.Length; i++)
        {
            change.Apply(ref red[i], ref green[i], ref blue[i]);
        }

        var done = red.Length * Count;
        var restRed = view.Plane(0)[done..];
        var restGreen = view.Plane(1)[done..];
        var restBlue = view.Plane(2)[done..];
        if (!restRed.IsEmpty)
        {
            Span<float> padded = stackalloc float[Count];
            var (r, g, b) = (Padded(restRed, padded), Padded(restGreen, padded), Padded(restBlue, padded));
            change.Apply(ref r, ref g, ref b);
            Store(r, padded, restRed);
            Store(g, padded, restGreen);
            Store(b, padded, restBlue);
        }
    }

    /// <summary>Returns the mean of a view's gray values.</summary>
    public static float MeanGray(ViewSpan view)
    {
        var mean = view.Channels == 1
            ? Mean(view.Values)
            : ColorBatch.LumaRed * Mean(view.Plane(0))
            + ColorBatch.LumaGreen * Mean(view.Plane(1))
            + ColorBatch.LumaBlue * Mean(view.Plane(2));
        return (float)mean;
    }

    private static double Mean(ReadOnlySpan<float> values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(values);
        var sum = Vector256<float>.Zero;
        foreach (var x in vectors)
        {
            sum += x;
        }

        var total = 0.0;
        for (var lane = 0; lane < Count; lane++)
        {
            total += sum[lane];
        }

        foreach (var x in values[(vectors.Length * Count)..])
        {
            total += x;
        }

        return total / values.Length;
    }

    private static Span<Vector256<float>> Vectors(Span<float> values) => MemoryMarshal.Cast<float, Vector256<float>>(values);

    /// <summary>Loads the last few values of a row, followed by zeros.</summary>
    private static Vector256<float> Padded(ReadOnlySpan<float> rest, Span<float> padded)
    {
        padded.Clear();
        rest.CopyTo(padded);
        return Vector256.Create<float>(padded);
    }

    private static void Store(Vector256<float> x, Span<float> padded, Span<float> rest)
    {
        x.CopyTo(padded);
        padded[..rest.Length].CopyTo(rest);
    }
}
