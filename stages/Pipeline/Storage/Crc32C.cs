using System.Buffers.Binary;
using System.Numerics;

namespace Distill.Pipeline.Storage;

/// <summary>The CRC that iSCSI and ext4 use (Castagnoli's polynomial, RFC 3720 appendix B.4): for what is read so often that a hash would cost time.</summary>
public static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var last in bytes)
        {
            crc = BitOperations.Crc32C(crc, last);
        }

        return ~crc;
    }
}
