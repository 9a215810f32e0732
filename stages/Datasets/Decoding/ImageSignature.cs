using System.Buffers.Binary;

namespace Distill.Datasets.Decoding;

/// <summary>Recognizes image formats, decoded here or not, by the first bytes of a file.</summary>
internal static class ImageSignature
{
    /// <summary>Number of bytes that are looked at.</summary>
    public const int Length = 18;

    private static readonly string[] Decoded = ["PNG", "JPEG", "WebP", "BMP", "GIF"];

    /// <summary>Returns the usual name of the format; null if the bytes are of none.</summary>
    public static string? Find(ReadOnlySpan<byte> start) => start switch
    {
        [0xFF, 0xD8, 0xFF, ..] => "JPEG",
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "PNG",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "GIF",
        [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => "TIFF",
        [(byte)'8', (byte)'B', (byte)'P', (byte)'S', ..] => "Photoshop",
        [0, 0, 0, 12, (byte)'j', (byte)'P', ..] or [0xFF, 0x4F, 0xFF, 0x51, ..] => "JPEG 2000",
        [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', ..] or [0xFF, 0x0A, ..] => "JPEG XL",
        [0x76, 0x2F, 0x31, 0x01, ..] => "OpenEXR",
        _ when start.Length >= 12 && start[..4].SequenceEqual("RIFF"u8) && start[8..12].SequenceEqual("WEBP"u8) => "WebP",
        _ when start.Length >= 12 && start[4..8].SequenceEqual("ftyp"u8) => Brand(start[8..12]),
        _ when start.Length >= Length && start[..2].SequenceEqual("BM"u8) && IsBmpHeader(start) => "BMP",
        _ => null,
    };

    /// <summary>Whether images of the format are decoded.</summary>
    public static bool IsDecoded(string format) => Decoded.Contains(format);

    /// <summary>Returns "a JPEG", "an OpenEXR" and so on.</summary>
    public static string WithArticle(string format) => (format[0] is 'A' or 'H' or 'O' ? "an " : "a ") + format;

    /// <summary>Images and films share this container (ISO/IEC 14496-12); the brand tells them apart.</summary>
    private static string? Brand(ReadOnlySpan<byte> brand) =>
        brand.StartsWith("avi"u8) ? "AVIF"
        : brand.StartsWith("hei"u8) || brand.StartsWith("hev"u8) || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8) ? "HEIF"
        : null;

    /// <summary>Text may begin with "BM" too. The length of the next header is one of a few.</summary>
    private static bool IsBmpHeader(ReadOnlySpan<byte> start) =>
        BinaryPrimitives.ReadUInt32LittleEndian(start[14..]) is 12 or 40 or 52 or 56 or 64 or 108 or 124;
}
