using System.Buffers.Binary;
using Parquet.Meta;

namespace Distill.ParquetFiles;

/// <summary>
/// The uncompressed size that compressed bytes claim, for which decoders allocate memory at once (google/snappy, format_description.txt,
/// section 1; RFC 8878, Zstandard, section 3.1.1).
/// </summary>
internal static class UncompressedSize
{
    /// <summary>Maximum number of bytes that the result depends on.</summary>
    public const int MaxHeaderBytes = 18;

    private const uint ZstdMagic = 0xFD2FB528;

    /// <summary>Reads the size in bytes; null if the codec or the data does not contain it.</summary>
    public static ulong? Read(CompressionCodec codec, ReadOnlySpan<byte> compressed) => codec switch
    {
        CompressionCodec.SNAPPY => Snappy(compressed),
        CompressionCodec.ZSTD => Zstd(compressed),
        _ => null,
    };

    private static ulong? Snappy(ReadOnlySpan<byte> compressed)
    {
        var size = 0UL;
        for (var i = 0; i < Math.Min(compressed.Length, 10); i++)
        {
            size |= (ulong)(compressed[i] & 127) << (7 * i);
            if (compressed[i] < 128)
            {
                return size;
            }
        }

        return null;
    }

    private static ulong? Zstd(ReadOnlySpan<byte> compressed)
    {
        if (compressed.Length < MaxHeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(compressed) != ZstdMagic)
        {
            return null;
        }

        // The frame header descriptor gives the lengths of window, dictionary ID and content size, which follow in this order.
        var descriptor = compressed[4];
        var singleSegment = (descriptor & 32) != 0;
        var dictionary = (descriptor & 3) switch { 3 => 4, var length => length };
        var size = compressed[(5 + (singleSegment ? 0 : 1) + dictionary)..];
        return (descriptor >> 6) switch
        {
            0 => singleSegment ? size[0] : null,
            1 => BinaryPrimitives.ReadUInt16LittleEndian(size) + 256u,
            2 => BinaryPrimitives.ReadUInt32LittleEndian(size),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(size),
        };
    }
}
