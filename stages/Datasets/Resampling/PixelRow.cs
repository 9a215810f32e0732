using System.Runtime.Intrinsics;

namespace Distill.Datasets.Resampling;

/// <summary>Converts a row of pixels, which are whole numbers in [0, 255], eight at a time.</summary>
internal static class PixelRow
{
    private const int Count = 8;

    public static void ToBytes(ReadOnlySpan<float> pixels, Span<byte> bytes)
    {
        var x = 0;
        for (; x <= pixels.Length - 2 * Count; x += 2 * Count)
        {
            var shorts = Vector256.Narrow(
                Vector256.ConvertToInt32(Vector256.Create(pixels[x..])), Vector256.ConvertToInt32(Vector256.Create(pixels[(x + Count)..])));
            Vector128.Narrow(shorts.GetLower().AsUInt16(), shorts.GetUpper().AsUInt16()).CopyTo(bytes[x..]);
        }

        for (; x < pixels.Length; x++)
        {
            bytes[x] = (byte)pixels[x];
        }
    }

    /// <summary>Divides by 255, with the same bits as a division of tensors.</summary>
    public static void ToFractions(ReadOnlySpan<float> pixels, Span<float> fractions)
    {
        var x = 0;
        for (; x <= pixels.Length - Count; x += Count)
        {
            (Vector256.Create(pixels[x..]) / 255f).CopyTo(fractions[x..]);
        }

        for (; x < pixels.Length; x++)
        {
            fractions[x] = pixels[x] / 255f;
        }
    }
}
