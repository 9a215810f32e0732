using System.Buffers.Binary;

namespace Distill.Datasets.Decoding;

/// <summary>Looks for chunks of a WebP file (RFC 9649): four letters, a length, the data, padded to an even length.</summary>
internal static class WebpFile
{
    private const int HeaderLength = 12;

    public static bool Is(ReadOnlySpan<byte> encoded) =>
        encoded.Length >= HeaderLength && encoded.StartsWith("RIFF"u8) && encoded.Slice(8, 4).SequenceEqual("WEBP"u8);

    /// <summary>
    /// Whether the file is shorter than it says. The camera's orientation comes last, so that a file without its end may show its whole
    /// picture, and on its side.
    /// </summary>
    public static bool LacksEnd(ReadOnlySpan<byte> encoded) => 8L + BinaryPrimitives.ReadUInt32LittleEndian(encoded[4..]) > encoded.Length;

    /// <summary>The data of the first chunk of this kind; empty where there is none.</summary>
    public static ReadOnlySpan<byte> Chunk(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> kind)
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
