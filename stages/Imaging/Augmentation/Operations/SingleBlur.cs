using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary><see cref="GaussianBlur"/> of one view.</summary>
internal static class SingleBlur
{
    /// <param name="view">Changed in place; borders are reflected.</param>
    /// <param name="sigma">In pixels.</param>
    public static void Apply(ViewSpan view, double sigma)
    {
        var radius = GaussianBlur.KernelSize(view.Height) / 2;
        var (height, width) = (view.Height, view.Width);
        if (radius >= Math.Min(height, width))
        {
            throw new ArgumentException($"a view of {height}×{width} is too small to be padded by reflection for a kernel of radius {radius}", nameof(view));
        }

        Span<float> weights = stackalloc float[radius + 1];
        GaussianBlur.Weigh(sigma, weights);
        // The rows blurred downwards, each between the columns that it reflects.
        var stride = width + 2 * radius;
        var rented = ArrayPool<float>.Shared.Rent(height * stride);
        for (var channel = 0; channel < view.Channels; channel++)
        {
            var plane = view.Plane(channel);
            for (var y = 0; y < height; y++)
            {
                var padded = rented.AsSpan(y * stride, stride);
                var row = padded.Slice(radius, width);
                Weighted(plane.Slice(y * width, width), weights[0], row);
                for (var offset = 1; offset <= radius; offset++)
                {
                    var above = plane.Slice(Math.Abs(y - offset) * width, width);
                    var below = plane.Slice(Reflected(y + offset, height) * width, width);
                    AddPair(above, below, weights[offset], row);
                }

                for (var offset = 1; offset <= radius; offset++)
                {
                    padded[radius - offset] = row[offset];
                    padded[radius + width - 1 + offset] = row[width - 1 - offset];
                }
            }

            for (var y = 0; y < height; y++)
            {
                var padded = rented.AsSpan(y * stride, stride);
                var row = plane.Slice(y * width, width);
                Weighted(padded.Slice(radius, width), weights[0], row);
                for (var offset = 1; offset <= radius; offset++)
                {
                    AddPair(padded.Slice(radius - offset, width), padded.Slice(radius + offset, width), weights[offset], row);
                }
            }
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    private static int Reflected(int place, int length) => place < length ? place : 2 * (length - 1) - place;

    /// <summary>target = x · weight.</summary>
    private static void Weighted(ReadOnlySpan<float> x, float weight, Span<float> target)
    {
        var i = 0;
        for (; i <= target.Length - VectorRow.Count; i += VectorRow.Count)
        {
            (Load(x, i) * weight).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++)
        {
            target[i] = x[i] * weight;
        }
    }

    /// <summary>target += (x + y) · weight.</summary>
    private static void AddPair(ReadOnlySpan<float> x, ReadOnlySpan<float> y, float weight, Span<float> target)
    {
        var i = 0;
        for (; i <= target.Length - VectorRow.Count; i += VectorRow.Count)
        {
            (Load(target, i) + (Load(x, i) + Load(y, i)) * weight).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++)
        {
            target[i] += (x[i] + y[i]) * weight;
        }
    }

    private static Vector256<float> Load(ReadOnlySpan<float> x, int start) => MemoryMarshal.Read<Vector256<float>>(MemoryMarshal.AsBytes(x[start..]));
}
