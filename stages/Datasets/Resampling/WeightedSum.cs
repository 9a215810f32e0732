using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Distill.Datasets.Resampling;

/// <summary>Weighted sums of pixels, eight at a time. The terms of each sum are added in order, and each product is rounded.</summary>
internal static class WeightedSum
{
    private const int Count = 8;

    /// <summary>Sums neighboring rows of bytes, column by column.</summary>
    /// <param name="rows">The first row, and what follows it in memory.</param>
    /// <param name="stride">Distance between the starts of two rows.</param>
    /// <param name="weights">One weight per row.</param>
    /// <param name="sums">Receives one sum per column.</param>
    public static void OfRows(ReadOnlySpan<byte> rows, int stride, ReadOnlySpan<float> weights, Span<float> sums)
    {
        ref var source = ref MemoryMarshal.GetReference(rows[..((weights.Length - 1) * stride + sums.Length)]);
        var x = 0;
        for (; x <= sums.Length - 4 * Count; x += 4 * Count)
        {
            Vector256<float> s0, s1, s2, s3;
            s0 = s1 = s2 = s3 = Vector256<float>.Zero;
            var place = (nuint)x;
            foreach (var weight in weights)
            {
                s0 += Load(ref source, place) * weight;
                s1 += Load(ref source, place + Count) * weight;
                s2 += Load(ref source, place + 2 * Count) * weight;
                s3 += Load(ref source, place + 3 * Count) * weight;
                place += (nuint)stride;
            }

            s0.CopyTo(sums[x..]);
            s1.CopyTo(sums[(x + Count)..]);
            s2.CopyTo(sums[(x + 2 * Count)..]);
            s3.CopyTo(sums[(x + 3 * Count)..]);
        }

        // The last vector may overlap the one before it, which gives the same sums twice.
        for (; x < sums.Length && sums.Length >= Count; x += Count)
        {
            x = Math.Min(x, sums.Length - Count);
            var sum = Vector256<float>.Zero;
            for (var row = 0; row < weights.Length; row++)
            {
                sum += Load(ref source, (nuint)(row * stride + x)) * weights[row];
            }

            sum.CopyTo(sums[x..]);
        }

        for (; x < sums.Length; x++)
        {
            var sum = 0f;
            for (var row = 0; row < weights.Length; row++)
            {
                sum += rows[row * stride + x] * weights[row];
            }

            sums[x] = sum;
        }
    }

    /// <summary>Sums neighboring columns of eight rows.</summary>
    /// <param name="columns">The first column, and what follows it in memory: [L, 8].</param>
    /// <param name="weights">One weight per column.</param>
    public static Vector256<float> OfColumns(ReadOnlySpan<float> columns, ReadOnlySpan<float> weights)
    {
        ref var source = ref MemoryMarshal.GetReference(columns[..(weights.Length * Count)]);
        var sum = Vector256<float>.Zero;
        for (var column = 0; column < weights.Length; column++)
        {
            sum += Vector256.LoadUnsafe(ref source, (nuint)(column * Count)) * weights[column];
        }

        return sum;
    }

    private static Vector256<float> Load(ref byte source, nuint place)
    {
        var bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, place))).AsByte();
        if (Avx2.IsSupported)
        {
            return Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(bytes));
        }

        var shorts = Vector128.WidenLower(bytes);
        return Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(shorts), Vector128.WidenUpper(shorts)).AsInt32());
    }
}
