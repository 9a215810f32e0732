using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distill.Datasets.Decoding;

/// <summary>Splits pixels of four bytes (red, green, blue, alpha) into planes: one of gray, or three of color.</summary>
internal static class PixelPlanes
{
    private const int PixelBytes = 4;

    // Luma of ITU-R BT.601, with the integer coefficients of PIL's convert("L").
    private const int LumaRed = 19595;
    private const int LumaGreen = 38470;
    private const int LumaBlue = 7471;
    private const int Half = 0x8000;

    /// <summary>Splits pixels into planes, [C, N].</summary>
    /// <param name="rgba">N pixels. Transparent ones are blended with white; their hidden color is arbitrary.</param>
    /// <param name="opaque">Whether every alpha is known to be 255.</param>
    /// <param name="planes">Receives one or three planes.</param>
    /// <param name="channels">1 for gray, 3 for color.</param>
    public static void Split(Span<byte> rgba, bool opaque, Span<byte> planes, int channels)
    {
        if (!opaque)
        {
            BlendWithWhite(rgba);
        }

        if (channels == 1)
        {
            ToGray(rgba, planes);
        }
        else
        {
            ToColor(rgba, planes);
        }
    }

    private static void BlendWithWhite(Span<byte> rgba)
    {
        for (var at = 0; at < rgba.Length; at += PixelBytes)
        {
            int alpha = rgba[at + 3];
            if (alpha != 255)
            {
                for (var color = at; color < at + 3; color++)
                {
                    rgba[color] = (byte)((rgba[color] * alpha + 255 * (255 - alpha) + 127) / 255);
                }
            }
        }
    }

    private static void ToColor(ReadOnlySpan<byte> rgba, Span<byte> planes)
    {
        // Four pixels at a time: the bytes of each color come together and are one 32-bit number of its plane.
        var order = Vector128.Create((byte)0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        var pixels = rgba.Length / PixelBytes;
        var red = planes[..pixels];
        var green = planes.Slice(pixels, pixels);
        var blue = planes.Slice(2 * pixels, pixels);
        var fours = MemoryMarshal.Cast<byte, Vector128<byte>>(rgba);
        var reds = MemoryMarshal.Cast<byte, uint>(red);
        var greens = MemoryMarshal.Cast<byte, uint>(green);
        var blues = MemoryMarshal.Cast<byte, uint>(blue);
        for (var i = 0; i < fours.Length; i++)
        {
            var colors = Vector128.Shuffle(fours[i], order).AsUInt32();
            (reds[i], greens[i], blues[i]) = (colors[0], colors[1], colors[2]);
        }

        for (var pixel = fours.Length * PixelBytes; pixel < pixels; pixel++)
        {
            var at = pixel * PixelBytes;
            (red[pixel], green[pixel], blue[pixel]) = (rgba[at], rgba[at + 1], rgba[at + 2]);
        }
    }

    private static void ToGray(ReadOnlySpan<byte> rgba, Span<byte> gray)
    {
        var eights = MemoryMarshal.Cast<byte, Vector256<int>>(rgba);
        var low = Vector256.Create(0xFF);
        for (var i = 0; i < eights.Length; i++)
        {
            var pixels = eights[i];
            var sum = (pixels & low) * LumaRed + ((pixels >> 8) & low) * LumaGreen + ((pixels >> 16) & low) * LumaBlue;
            var shorts = Vector256.Narrow((sum + Vector256.Create(Half)) >> 16, Vector256<int>.Zero).GetLower().AsUInt16();
            BinaryPrimitives.WriteUInt64LittleEndian(
                gray[(i * Vector256<int>.Count)..], Vector128.Narrow(shorts, Vector128<ushort>.Zero).AsUInt64().ToScalar());
        }

        for (var pixel = eights.Length * Vector256<int>.Count; pixel < gray.Length; pixel++)
        {
            var at = pixel * PixelBytes;
            gray[pixel] = (byte)((rgba[at] * LumaRed + rgba[at + 1] * LumaGreen + rgba[at + 2] * LumaBlue + Half) >> 16);
        }
    }
}
