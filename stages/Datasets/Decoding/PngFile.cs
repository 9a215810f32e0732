using System.Buffers.Binary;

namespace Distill.Datasets.Decoding;

/// <summary>Finds chunks of a PNG file (ISO/IEC 15948). A chunk has a length, four letters, its data and a checksum.</summary>
internal static class PngFile
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static bool HasSignature(ReadOnlySpan<byte> encoded) => encoded.StartsWith(Signature);

    /// <summary>Returns the data of the first chunk of this kind; empty if there is none.</summary>
    public static ReadOnlySpan<byte> FindChunk(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> kind)
    {
        var rest = encoded[Signature.Length..];
        while (rest.Length >= 12)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - 12)
            {
                break;
            }

            if (rest.Slice(4, 4).SequenceEqual(kind))
            {
                return rest.Slice(8, (int)length);
            }

            rest = rest[(12 + (int)length)..];
        }

        return [];
    }
}
