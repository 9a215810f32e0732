using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Distill.Encoders.Features;

/// <summary>The first 128 bits of the SHA-256 of an image's pixels, as the encoder sees them.</summary>
/// <param name="High">Bytes 0 to 7, big-endian.</param>
/// <param name="Low">Bytes 8 to 15, big-endian.</param>
internal readonly record struct ImageHash(long High, long Low)
{
    public static ImageHash Of(ReadOnlySpan<byte> pixels)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(pixels, hash);
        return new ImageHash(BinaryPrimitives.ReadInt64BigEndian(hash), BinaryPrimitives.ReadInt64BigEndian(hash[sizeof(long)..]));
    }
}
