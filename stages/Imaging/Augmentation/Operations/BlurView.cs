using System.Buffers;
using System.Runtime.CompilerServices;
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
        // A narrow kernel ends in weights that are 0 in single precision. Smaller ones than others still change a sum near 0.
        radius = weights.LastIndexOfAnyExcept(0f);
        weights = weights[..(radius + 1)];
        Span<(int Before, int After)> pairs = stackalloc (int, int)[radius + 1];
        // Rows that are blurred vertically, with their reflected columns on both sides.
        var stride = width + 2 * radius;
        var rows = ArrayPool<float>.Shared.Rent(height * stride);
        for (var channel = 0; channel < view.Channels; channel++)
        {
            var plane = view.Plane(channel);
            for (var y = 0; y < height; y++)
            {
                for (var offset = 1; offset <= radius; offset++)
                {
                    pairs[offset] = ((Math.Abs(y - offset) - y) * width, (Reflect(y + offset, height) - y) * width);
                }

                var padded = rows.AsSpan(y * stride, stride);
                var row = padded.Slice(radius, width);
                Sum(plane, y * width, pairs, weights, row);
                for (var offset = 1; offset <= radius; offset++)
                {
                    padded[radius - offset] = row[offset];
                    padded[radius + width - 1 + offset] = row[width - 1 - offset];
                }
            }

            for (var offset = 1; offset <= radius; offset++)
            {
                pairs[offset] = (-offset, offset);
            }

            for (var y = 0; y < height; y++)
            {
                Sum(rows.AsSpan(y * stride, stride), radius, pairs, weights, plane.Slice(y * width, width));
            }
        }

        ArrayPool<float>.Shared.Return(rows);
    }

    private static int Reflect(int place, int length) => place < length ? place : 2 * (length - 1) - place;

    /// <summary>Computes one row of the result: its values, and pairs of other values at the same distance, times their weights.</summary>
    /// <param name="x">Values of the view or of a row.</param>
    /// <param name="start">Place of the row's first value.</param>
    /// <param name="pairs">Places of the pairs, relative to a value; the first entry is not used.</param>
    /// <param name="weights">Weight of the value itself, then of the pairs.</param>
    /// <param name="sums">Receives the row.</param>
    private static void Sum(
        ReadOnlySpan<float> x, int start, ReadOnlySpan<(int Before, int After)> pairs, ReadOnlySpan<float> weights, Span<float> sums)
    {
        ref var row = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), start);
        var i = 0;
        // Sums stay in registers until all their pairs are added.
        for (; i <= sums.Length - 4 * VectorRow.Count; i += 4 * VectorRow.Count)
        {
            var (s0, s1) = (Load(ref row, i) * weights[0], Load(ref row, i + VectorRow.Count) * weights[0]);
            var (s2, s3) = (Load(ref row, i + 2 * VectorRow.Count) * weights[0], Load(ref row, i + 3 * VectorRow.Count) * weights[0]);
            for (var offset = 1; offset < weights.Length; offset++)
            {
                var weight = weights[offset];
                var (before, after) = (i + pairs[offset].Before, i + pairs[offset].After);
                s0 += (Load(ref row, before) + Load(ref row, after)) * weight;
                s1 += (Load(ref row, before + VectorRow.Count) + Load(ref row, after + VectorRow.Count)) * weight;
                s2 += (Load(ref row, before + 2 * VectorRow.Count) + Load(ref row, after + 2 * VectorRow.Count)) * weight;
                s3 += (Load(ref row, before + 3 * VectorRow.Count) + Load(ref row, after + 3 * VectorRow.Count)) * weight;
            }

            s0.CopyTo(sums[i..]);
            s1.CopyTo(sums[(i + VectorRow.Count)..]);
            s2.CopyTo(sums[(i + 2 * VectorRow.Count)..]);
            s3.CopyTo(sums[(i + 3 * VectorRow.Count)..]);
        }

        for (; i <= sums.Length - VectorRow.Count; i += VectorRow.Count)
        {
            var sum = Load(ref row, i) * weights[0];
            for (var offset = 1; offset < weights.Length; offset++)
            {
                sum += (Load(ref row, i + pairs[offset].Before) + Load(ref row, i + pairs[offset].After)) * weights[offset];
            }

            sum.CopyTo(sums[i..]);
        }

        for (; i < sums.Length; i++)
        {
            var sum = x[start + i] * weights[0];
            for (var offset = 1; offset < weights.Length; offset++)
            {
                sum += (x[start + i + pairs[offset].Before] + x[start + i + pairs[offset].After]) * weights[offset];
            }

            sums[i] = sum;
        }
    }

    private static Vector256<float> Load(ref float row, int place) => Unsafe.ReadUnaligned<Vector256<float>>(
        ref Unsafe.As<float, byte>(ref Unsafe.Add(ref row, place)));
}
