using System.Buffers.Binary;
using Parquet.Meta;

namespace Distill.ParquetFiles;

/// <summary>
/// What packed bytes say of their own length unpacked, for which decoders take memory at once: google/snappy, format_description.txt, section 1;
/// RFC 8878 (Zstandard), section 3.1.1.
/// </summary>
internal static class PackedSize
{
    /// <summary>As many bytes as the answer may depend on.</summary>
    public const int Bytes = 18;

    private const uint ZstdMagic = 0xFD2FB528;

    /// <summary>Null where the codec, or these bytes, say nothing.</summary>
    public static ulong? Of(CompressionCodec codec, ReadOnlySpan<byte> packed) => codec switch
    {
        CompressionCodec.SNAPPY => Snappy(packed),
        CompressionCodec.ZSTD => Zstd(packed),
        _ => null,
    };

    private static ulong? Snappy(ReadOnlySpan<byte> packed)
    {
        var size = 0UL;
        for (var i = 0; i < Math.Min(packed.Length, 10); i++)
        {
            size |= (ulong)(packed[i] & 127) << (7 * i);
            if (packed[i] < 128)
            {
                return size;
            }
        }

        return null;
    }

    private static ulong? Zstd(ReadOnlySpan<byte> packed)
    {
        if (packed.Length < Bytes || BinaryPrimitives.ReadUInt32LittleEndian(packed) != ZstdMagic)
        {
            return null;
        }

        // The frame's descriptor tells how many bytes of window and of dictionary number come before its content's size, and how many that has.
        var descriptor = packed[4];
        var single = (descriptor & 32) != 0;
        var dictionary = (descriptor & 3) switch { 3 => 4, var length => length };
        var size = packed[(5 + (single ? 0 : 1) + dictionary)..];
        return (descriptor >> 6) switch
        {
            0 => single ? size[0] : null,
            1 => BinaryPrimitives.ReadUInt16LittleEndian(size) + 256u,
            2 => BinaryPrimitives.ReadUInt32LittleEndian(size),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(size),
        };
    }
}
