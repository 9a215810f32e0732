using System.Buffers.Binary;
using SkiaSharp;

namespace Distill.Datasets.Decoding;

/// <summary>Reads an EXIF block: a TIFF header and its first directory (Exif 2.3, sections 4.5 and 4.6).</summary>
internal static class ExifBlock
{
    private const ushort OrientationTag = 0x0112;
    private const int EntryLength = 12;

    /// <summary>The first bytes of the block in JPEG. Some programs write them in other formats too.</summary>
    private static ReadOnlySpan<byte> Prefix => "Exif\0\0"u8;

    /// <summary>Reads the orientation; upright if the block has none or is damaged.</summary>
    public static SKEncodedOrigin ReadOrientation(ReadOnlySpan<byte> tiff)
    {
        tiff = tiff.StartsWith(Prefix) ? tiff[Prefix.Length..] : tiff;
        if (tiff.Length < 8 || !(tiff.StartsWith("II*\0"u8) || tiff.StartsWith("MM\0*"u8)))
        {
            return SKEncodedOrigin.TopLeft;
        }

        var littleEndian = tiff[0] == 'I';
        var directory = ReadUInt32(tiff[4..], littleEndian);
        if (directory > tiff.Length - 2)
        {
            return SKEncodedOrigin.TopLeft;
        }

        var entries = tiff[(int)directory..];
        var count = ReadUInt16(entries, littleEndian);
        for (entries = entries[2..]; count > 0 && entries.Length >= EntryLength; count--, entries = entries[EntryLength..])
        {
            if (ReadUInt16(entries, littleEndian) == OrientationTag)
            {
                var origin = ReadUInt16(entries[8..], littleEndian);
                return origin is >= 1 and <= 8 ? (SKEncodedOrigin)origin : SKEncodedOrigin.TopLeft;
            }
        }

        return SKEncodedOrigin.TopLeft;
    }

    private static ushort ReadUInt16(ReadOnlySpan<byte> at, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);

    private static uint ReadUInt32(ReadOnlySpan<byte> at, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at);
}
