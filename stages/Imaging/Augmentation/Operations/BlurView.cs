using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distill.Imaging.Augmentation.Operations;

/// <summary>The view form of Gaussian blur; <see cref="BlurBatch"/> is the batch form.</summary>
internal static class BlurView
{
    /// <summary>Blurs a view in place. Borders are reflected.</summary>
    /// <param name="view">Floats of any range.</param>
    /// <param name="sigma">σ in pixels.</param>
    /// <exception cref="ArgumentException">The view is too small for its borders to be reflected.</exception>
    public static void Apply(ViewSpan view, double sigma)
    {
        var radius = BlurBatch.KernelSize(view.Height) / 2;
        var (height, width) = (view.Height, view.Width);
        if (radius >= Math.Min(height, width))
        {
            throw new ArgumentException(
                $"found a view of {height}×{width}, expected more than {radius} pixels per side to blur with radius {radius}",
                nameof(view));
        }

        Span<float> weights = stackalloc float[radius + 1];
        BlurBatch.FillKernel(sigma, weights);
        // Rows that are blurred vertically, with their reflected columns on both sides.
        var stride = width + 2 * radius;
        var rows = ArrayPool<float>.Shared.Rent(height * stride);
        for (var channel = 0; channel < view.Channels; channel++)
        {
            var plane = view.Plane(channel);
            for (var y = 0; y < height; y++)
            {
                var padded = rows.AsSpan(y * stride, stride);
                var row = padded.Slice(radius, width);
                Scale(plane.Slice(y * width, width), weights[0], row);
                for (var offset = 1; offset <= radius; offset++)
                {
                    var above = plane.Slice(Math.Abs(y - offset) * width, width);
                    var below = plane.Slice(Reflect(y + offset, height) * width, width);
                    AddScaledPair(above, below, weights[offset], row);
                }

                for (var offset = 1; offset <= radius; offset++)
                {
                    padded[radius - offset] = row[offset];
                    padded[radius + width - 1 + offset] = row[width - 1 - offset];
                }
            }

            for (var y = 0; y < height; y++)
            {
                var padded = rows.AsSpan(y * stride, stride);
                var row = plane.Slice(y * width, width);
                Scale(padded.Slice(radius, width), weights[0], row);
                for (var offset = 1; offset <= radius; offset++)
                {
                    AddScaledPair(padded.Slice(radius - offset, width), padded.Slice(radius + offset, width), weights[offset], row);
                }
            }
        }

        ArrayPool<float>.Shared.Return(rows);
    }

    private static int Reflect(int place, int length) => place < length ? place : 2 * (length - 1) - place;

    /// <summary>target = x · weight.</summary>
    private static void Scale(ReadOnlySpan<float> x, float weight, Span<float> target)
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
    private static void AddScaledPair(ReadOnlySpan<float> x, ReadOnlySpan<float> y, float weight, Span<float> target)
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

    private static Vector256<float> Load(ReadOnlySpan<float> x, int start) =>
        MemoryMarshal.Read<Vector256<float>>(MemoryMarshal.AsBytes(x[start..]));
}
