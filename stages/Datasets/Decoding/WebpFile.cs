using System.Buffers.Binary;

namespace Distill.Datasets.Decoding;

/// <summary>Finds chunks of a WebP file (RFC 9649). A chunk has four letters, a length, and its data padded to an even length.</summary>
internal static class WebpFile
{
    private const int HeaderLength = 12;

    public static bool HasSignature(ReadOnlySpan<byte> encoded) =>
        encoded.Length >= HeaderLength && encoded.StartsWith("RIFF"u8) && encoded.Slice(8, 4).SequenceEqual("WEBP"u8);

    /// <summary>
    /// Whether the file is shorter than its header states. EXIF comes last, so a file that is cut short may show the whole image, but
    /// without its orientation.
    /// </summary>
    public static bool IsCutShort(ReadOnlySpan<byte> encoded) =>
        8L + BinaryPrimitives.ReadUInt32LittleEndian(encoded[4..]) > encoded.Length;

    /// <summary>Returns the data of the first chunk of this kind; empty if there is none.</summary>
    public static ReadOnlySpan<byte> FindChunk(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> kind)
    {
        var rest = encoded[HeaderLength..];
        while (rest.Length >= 8)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            if (length > rest.Length - 8)
            {
                break;
            }

            if (rest[..4].SequenceEqual(kind))
            {
                return rest.Slice(8, (int)length);
            }

            rest = rest[Math.Min(rest.Length, 8 + (int)length + (int)length % 2)..];
        }

        return [];
    }
}
