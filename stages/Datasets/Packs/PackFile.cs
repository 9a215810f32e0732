using System.Buffers.Binary;
using System.Text;
using Distill.Pipeline.Storage;
using Microsoft.Win32.SafeHandles;

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

    /// <summary>Whether the file exists and was made from the same images.</summary>
    public bool IsCurrent()
    {
        using var file = Open();
        return file is not null;
    }

    /// <summary>
    /// Opens the file; null if it is missing, cannot be read, or was made from other images. Length and head are those of the opened file,
    /// since another process may put another one into its place at any time.
    /// </summary>
    public SafeFileHandle? Open()
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(Path, share: FileShare.ReadWrite | FileShare.Delete);
            var head = new byte[HeadLength];
            if (RandomAccess.GetLength(file) == Length && Fill(file, head, 0) && head.AsSpan().SequenceEqual(Head()))
            {
                return file;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // As good as missing: its images are still in the dataset.
        }

        file?.Dispose();
        return null;
    }

    /// <summary>Reads an image; false if the file has become shorter, cannot be read, or has another checksum.</summary>
    /// <param name="file">The opened file.</param>
    /// <param name="number">Number of the image within the file.</param>
    /// <param name="offset">Distance of its first pixel from that of the file, in bytes.</param>
    /// <param name="pixels_CHW">Receives the pixels.</param>
    /// <param name="check">Whether to compare the checksum.</param>
    public bool TryRead(SafeFileHandle file, int number, long offset, Span<byte> pixels_CHW, bool check)
    {
        try
        {
            if (!Fill(file, pixels_CHW, HeadLength + offset))
            {
                return false;
            }

            Span<byte> checksum = stackalloc byte[sizeof(uint)];
            return !check
                || (Fill(file, checksum, HeadLength + Range.Bytes + (long)number * sizeof(uint))
                    && BinaryPrimitives.ReadUInt32LittleEndian(checksum) == Crc32C.Compute(pixels_CHW));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
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

    /// <summary>Reads bytes; false if the file ends before all of them are read.</summary>
    private static bool Fill(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        while (bytes.Length > 0)
        {
            var count = RandomAccess.Read(file, bytes, offset);
            if (count == 0)
            {
                return false;
            }

            bytes = bytes[count..];
            offset += count;
        }

        return true;
    }

    private byte[] Head()
    {
        var line = FormattableString.Invariant($"# pixels {Version} {Origin} {Range.First} {Range.Count}").PadRight(HeadLength - 1) + "\n";
        return Encoding.ASCII.GetBytes(line);
    }
}
