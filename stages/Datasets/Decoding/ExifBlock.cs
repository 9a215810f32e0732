using System.Buffers.Binary;
using SkiaSharp;

namespace Distill.Datasets.Decoding;

/// <summary>Reads an EXIF block: a TIFF header and its first directory (Exif 2.3, 4.5 and 4.6).</summary>
internal static class ExifBlock
{
    private const ushort OrientationTag = 0x0112;
    private const int EntryLength = 12;

    /// <summary>With which the block begins in JPEG, and in other formats by some programs.</summary>
    private static ReadOnlySpan<byte> Prefix => "Exif\0\0"u8;

    /// <summary>The orientation that the block notes; upright where it notes none or is damaged.</summary>
    public static SKEncodedOrigin Orientation(ReadOnlySpan<byte> tiff)
    {
        tiff = tiff.StartsWith(Prefix) ? tiff[Prefix.Length..] : tiff;
        if (tiff.Length < 8 || !(tiff.StartsWith("II*\0"u8) || tiff.StartsWith("MM\0*"u8)))
        {
            return SKEncodedOrigin.TopLeft;
        }

        var little = tiff[0] == 'I';
        var directory = Long(tiff[4..], little);
        if (directory > tiff.Length - 2)
        {
            return SKEncodedOrigin.TopLeft;
        }

        var entries = tiff[(int)directory..];
        var count = Short(entries, little);
        for (entries = entries[2..]; count > 0 && entries.Length >= EntryLength; count--, entries = entries[EntryLength..])
        {
            if (Short(entries, little) == OrientationTag)
            {
                return Short(entries[8..], little) is >= 1 and <= 8 and var origin ? (SKEncodedOrigin)origin : SKEncodedOrigin.TopLeft;
            }
        }

        return SKEncodedOrigin.TopLeft;
    }

    private static ushort Short(ReadOnlySpan<byte> at, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);

    private static uint Long(ReadOnlySpan<byte> at, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at);
}
