using Distill.Datasets.Images;
using Distill.Pipeline.Storage;

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
        if (LastWriteTime is { } listed && File.GetLastWriteTimeUtc(file) != listed)
        {
            throw new IOException("the file has changed since it was listed");
        }

        var bytes = new byte[Length];
        for (var read = 0; read < bytes.Length;)
        {
            var count = RandomAccess.Read(file, bytes.AsSpan(read), Offset + read);
            read += count > 0 ? count : throw new IOException("the file is shorter than when it was listed");
        }

        if (Crc is { } crc && Crc32C.Compute(bytes) != crc)
        {
            throw new IOException($"its bytes have changed since they were unpacked; delete {Path}, and the next run unpacks it again");
        }

        return bytes;
    }
}
