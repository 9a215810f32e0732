using System.Security.Cryptography;
using Distill.Datasets.Images;
using Distill.Pipeline.Storage;
using Microsoft.Win32.SafeHandles;

namespace Distill.Datasets.Encoded;

/// <summary>An encoded image, such as a JPEG: the place of its bytes, and its label.</summary>
/// <param name="Name">Path in the dataset, with forward slashes. Distinct within its split.</param>
/// <param name="Path">File on this machine that contains the bytes: the image's own, or a container.</param>
/// <param name="Offset">Start of the image in the file, in bytes.</param>
/// <param name="Length">Length of the image, in bytes.</param>
/// <param name="Label">Class number, or <see cref="ImageSet.Unlabeled"/>.</param>
internal sealed record EncodedImage(string Name, string Path, long Offset, long Length, int Label)
{
    private const long MaxBytes = 1 << 30;

    /// <summary>Last write time of the file when it was listed; null to skip the comparison.</summary>
    public DateTime? LastWriteTime { get; init; }

    /// <summary>SHA-256 of the file when it was listed; null if unknown. It decides if the last write time differs.</summary>
    public ReadOnlyMemory<byte>? Sha256 { get; init; }

    /// <summary>Name of the class in a container that has names instead of numbers; null if <see cref="Label"/> is set.</summary>
    public string? ClassName { get; init; }

    /// <summary>Why there are no bytes to read; null for an image.</summary>
    public string? Problem { get; init; }

    /// <summary>CRC-32C of the bytes, if this program wrote them; null to skip the comparison.</summary>
    public uint? Crc { get; init; }

    /// <summary>Reads the encoded bytes.</summary>
    /// <exception cref="IOException">The file cannot be read, or has changed since it was listed.</exception>
    public byte[] ReadBytes()
    {
        if (Length > MaxBytes)
        {
            throw new IOException($"found {Length} bytes, expected at most {MaxBytes}");
        }

        using var file = File.OpenHandle(Path);
        var bytes = new byte[Length];
        for (var read = 0; read < bytes.Length;)
        {
            var count = RandomAccess.Read(file, bytes.AsSpan(read), Offset + read);
            read += count > 0 ? count : throw new IOException("the file is shorter than when it was listed");
        }

        if (LastWriteTime is { } listed && File.GetLastWriteTimeUtc(file) != listed && !IsSameFile(file, bytes))
        {
            throw new ChangedInputException("its content has changed since it was listed");
        }

        if (Crc is { } crc && Crc32C.Compute(bytes) != crc)
        {
            throw new IOException($"its bytes have changed since they were unpacked; delete {Path}, and the next run unpacks it again");
        }

        return bytes;
    }

    /// <summary>Compares the bytes. A file that was touched, copied or restored is still the file that was listed.</summary>
    private bool IsSameFile(SafeFileHandle file, byte[] bytes) =>
        Sha256 is { } hash && RandomAccess.GetLength(file) == Length && SHA256.HashData(bytes).AsSpan().SequenceEqual(hash.Span);
}
