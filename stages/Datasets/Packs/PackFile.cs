using System.Buffers.Binary;
using System.Text;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Packs;

/// <summary>
/// One file of a pack: a line of text padded to 128 bytes, the pixels of consecutive images, and the CRC-32C of each image. It is written
/// as a whole or not at all.
/// </summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Origin">SHA-256 of what the pack is made from.</param>
/// <param name="Range">Images of the file.</param>
internal sealed record PackFile(string Path, string Origin, PackRange Range)
{
    /// <summary>Start of the pixels, in bytes.</summary>
    public const int HeadLength = 128;

    /// <summary>Increment it when the same images give a different file.</summary>
    private const int Version = 1;

    /// <summary>Size of the file in bytes.</summary>
    public long Length => HeadLength + Range.Bytes + (long)Range.Count * sizeof(uint);

    /// <summary>Start of the checksum of one of the images, counted within the file.</summary>
    public long ChecksumAt(int number) => HeadLength + Range.Bytes + (long)number * sizeof(uint);

    /// <summary>Whether the file exists and was made from the same images.</summary>
    public bool IsCurrent()
    {
        if (!File.Exists(Path) || new FileInfo(Path).Length != Length)
        {
            return false;
        }

        using var file = File.OpenHandle(Path);
        var head = new byte[HeadLength];
        return RandomAccess.Read(file, head, 0) == HeadLength && head.AsSpan().SequenceEqual(Head());
    }

    /// <summary>Writes the file.</summary>
    /// <param name="images">Pixels of the images, in order, each read after the one before has been written.</param>
    public void Write(IEnumerable<byte[]> images) => Durable.WriteFile(Path, stream =>
    {
        stream.Write(Head());
        var checksums = new byte[Range.Count * sizeof(uint)];
        var number = 0;
        foreach (var pixels in images)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(checksums.AsSpan(sizeof(uint) * number++), Crc32C.Compute(pixels));
            stream.Write(pixels);
        }

        stream.Write(checksums);
    });

    private byte[] Head()
    {
        var line = FormattableString.Invariant($"# pixels {Version} {Origin} {Range.First} {Range.Count}").PadRight(HeadLength - 1) + "\n";
        return Encoding.ASCII.GetBytes(line);
    }
}
