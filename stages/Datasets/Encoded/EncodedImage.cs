using Distill.Datasets.Images;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Encoded;

/// <summary>An image in the format of its file, such as JPEG: where its bytes lie.</summary>
/// <param name="Name">Distinct within its split: its path in the data set, with forward slashes.</param>
/// <param name="Path">The file that holds it, on this machine: its own, or a container's.</param>
/// <param name="Offset">Where in the file it begins.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Label">The number of its class, or <see cref="ImageSet.Unlabeled"/>.</param>
internal sealed record EncodedImage(string Name, string Path, long Offset, long Length, int Label)
{
    private const long MostBytes = 1 << 30;

    /// <summary>When the file was last changed as it was listed; null where that is not looked at.</summary>
    public DateTime? Changed { get; init; }

    /// <summary>Of the bytes, where they were written by this program; null where that is not looked at.</summary>
    public uint? Crc { get; init; }

    /// <summary>The encoded bytes.</summary>
    /// <exception cref="IOException">The file cannot be read, or has changed since it was listed.</exception>
    public byte[] ReadBytes()
    {
        if (Length > MostBytes)
        {
            throw new IOException($"found {Length} bytes, expected at most {MostBytes}");
        }

        using var file = File.OpenHandle(Path);
        if (Changed is { } changed && File.GetLastWriteTimeUtc(file) != changed)
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
