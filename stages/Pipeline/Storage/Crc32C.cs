using System.Buffers.Binary;
using System.Numerics;

namespace Distill.Pipeline.Storage;

/// <summary>
/// The CRC-32C checksum of iSCSI and ext4 (Castagnoli's polynomial, RFC 3720 appendix B.4), for data that is read too often for SHA-256.
/// </summary>
public static class Crc32C
{
    public static uint Compute(ReadOnlySpan<byte> bytes)
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
