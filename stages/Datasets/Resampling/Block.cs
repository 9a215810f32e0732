using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Distill.Datasets.Resampling;

/// <summary>Transposes blocks of eight rows, whose length is a multiple of eight, in tiles of 8×8.</summary>
internal static class Block
{
    public const int Side = 8;

    /// <summary>Returns the smallest multiple of eight that is not smaller than a length.</summary>
    public static int Padded(int length) => (length + Side - 1) / Side * Side;

    /// <summary>Writes rows as columns: [8, L] becomes [L, 8].</summary>
    public static void Transpose(ReadOnlySpan<float> rows, Span<float> columns)
    {
        var length = rows.Length / Side;
        for (var x = 0; x < length; x += Side)
        {
            Tile(rows[x..], length, columns[(x * Side)..], Side);
        }
    }

    /// <summary>Writes columns as rows: [L, 8] becomes [8, L].</summary>
    public static void TransposeBack(ReadOnlySpan<float> columns, Span<float> rows)
    {
        var length = columns.Length / Side;
        for (var x = 0; x < length; x += Side)
        {
            Tile(columns[(x * Side)..], Side, rows[x..], length);
        }
    }

    private static void Tile(ReadOnlySpan<float> from, int fromStride, Span<float> to, int toStride)
    {
        if (!Avx.IsSupported)
        {
            for (var i = 0; i < Side * Side; i++)
            {
                to[i / Side * toStride + i % Side] = from[i % Side * fromStride + i / Side];
            }

            return;
        }

        // The last row of a tile is the end of what is read or written.
        ref var source = ref MemoryMarshal.GetReference(from[..(7 * fromStride + Side)]);
        ref var target = ref MemoryMarshal.GetReference(to[..(7 * toStride + Side)]);
        var (a0, a1) = Pair(ref source, fromStride, 0);
        var (a2, a3) = Pair(ref source, fromStride, 2);
        var (a4, a5) = Pair(ref source, fromStride, 4);
        var (a6, a7) = Pair(ref source, fromStride, 6);
        Quads(a0, a1, a2, a3, out var b0, out var b1, out var b2, out var b3);
        Quads(a4, a5, a6, a7, out var b4, out var b5, out var b6, out var b7);
        Halves(b0, b4, ref target, toStride, 0);
        Halves(b1, b5, ref target, toStride, 1);
        Halves(b2, b6, ref target, toStride, 2);
        Halves(b3, b7, ref target, toStride, 3);
    }

    /// <summary>Interleaves two neighboring rows.</summary>
    private static (Vector256<float> Low, Vector256<float> High) Pair(ref float source, int stride, int row)
    {
        var upper = Vector256.LoadUnsafe(ref source, (nuint)(row * stride));
        var lower = Vector256.LoadUnsafe(ref source, (nuint)((row + 1) * stride));
        return (Avx.UnpackLow(upper, lower), Avx.UnpackHigh(upper, lower));
    }

    /// <summary>Joins two pairs of rows to columns of four values each.</summary>
    private static void Quads(
        Vector256<float> low0, Vector256<float> high0, Vector256<float> low1, Vector256<float> high1,
        out Vector256<float> b0, out Vector256<float> b1, out Vector256<float> b2, out Vector256<float> b3)
    {
        b0 = Avx.Shuffle(low0, low1, 0b01_00_01_00);
        b1 = Avx.Shuffle(low0, low1, 0b11_10_11_10);
        b2 = Avx.Shuffle(high0, high1, 0b01_00_01_00);
        b3 = Avx.Shuffle(high0, high1, 0b11_10_11_10);
    }

    /// <summary>Joins the upper and lower halves of two columns, which are four apart, and stores them.</summary>
    private static void Halves(Vector256<float> upper, Vector256<float> lower, ref float target, int stride, int column)
    {
        Avx.Permute2x128(upper, lower, 0x20).StoreUnsafe(ref target, (nuint)(column * stride));
        Avx.Permute2x128(upper, lower, 0x31).StoreUnsafe(ref target, (nuint)((column + 4) * stride));
    }
}
