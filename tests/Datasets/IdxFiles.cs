using System.Buffers.Binary;
using System.IO.Compression;

namespace Tests.Datasets;

/// <summary>Makes IDX content.</summary>
internal static class IdxFiles
{
    public static byte[] Images(int count, int height, int width, byte[] pixels) => [.. Header(2051, count, height, width), .. pixels];

    public static byte[] Labels(params byte[] labels) => [.. Header(2049, labels.Length), .. labels];

    public static byte[] Header(params int[] numbers)
    {
        var header = new byte[4 * numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 * i), numbers[i]);
        }

        return header;
    }

    public static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }
}
