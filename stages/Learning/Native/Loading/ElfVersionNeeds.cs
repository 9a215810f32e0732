using System.Buffers.Binary;
using System.Text;

namespace Distill.Learning.Native.Loading;

/// <summary>
/// Edits the symbol versions that a 64-bit little-endian ELF library needs from other libraries, in its <c>.gnu.version_r</c> section
/// (Linux Standard Base, "Symbol Versioning").
/// </summary>
internal static class ElfVersionNeeds
{
    private const uint SectionGnuVerneed = 0x6ffffffe;
    private const ushort FlagWeak = 2;

    /// <summary>
    /// Marks the need for <paramref name="version"/> as weak (VER_FLG_WEAK), so that the dynamic loader accepts a library that lacks it.
    /// </summary>
    /// <returns>Whether <paramref name="image"/> was changed; false if there is no such need or it is already weak.</returns>
    /// <exception cref="InvalidDataException">The bytes are not a 64-bit little-endian ELF file.</exception>
    public static bool MarkWeak(Span<byte> image, string version)
    {
        if (image.Length < 64 || !image[..6].SequenceEqual("\u007fELF\u0002\u0001"u8))
        {
            throw new InvalidDataException("not a 64-bit little-endian ELF file");
        }

        var sections = (int)BinaryPrimitives.ReadUInt64LittleEndian(image[0x28..]);
        var sectionSize = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3a..]);
        var sectionCount = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3c..]);
        for (var i = 0; i < sectionCount; i++)
        {
            var header = image[(sections + i * sectionSize)..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) != SectionGnuVerneed)
            {
                continue;
            }

            var strings = image[(sections + (int)BinaryPrimitives.ReadUInt32LittleEndian(header[40..]) * sectionSize)..];
            var stringTable = (int)BinaryPrimitives.ReadUInt64LittleEndian(strings[24..]);
            var needs = (int)BinaryPrimitives.ReadUInt64LittleEndian(header[24..]);
            return MarkWeak(image, needs, stringTable, Encoding.ASCII.GetBytes(version));
        }

        return false;
    }

    private static bool MarkWeak(Span<byte> image, int need, int stringTable, ReadOnlySpan<byte> version)
    {
        while (true)
        {
            var entries = BinaryPrimitives.ReadUInt16LittleEndian(image[(need + 2)..]);
            var entry = need + (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(need + 8)..]);
            for (var i = 0; i < entries; i++)
            {
                var name = image[(stringTable + (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(entry + 8)..]))..];
                if (name.StartsWith(version) && name[version.Length] == 0)
                {
                    var flags = BinaryPrimitives.ReadUInt16LittleEndian(image[(entry + 4)..]);
                    BinaryPrimitives.WriteUInt16LittleEndian(image[(entry + 4)..], (ushort)(flags | FlagWeak));
                    return (flags & FlagWeak) == 0;
                }

                entry += (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(entry + 12)..]);
            }

            var next = (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(need + 12)..]);
            if (next == 0)
            {
                return false;
            }

            need += next;
        }
    }
}
