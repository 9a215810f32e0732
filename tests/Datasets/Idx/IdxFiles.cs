using System.Buffers.Binary;
using System.IO.Compression;

namespace Tests.Datasets.Idx;

/// <summary>Creates the content of IDX files.</summary>
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

    public static byte[] Gzip(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }
}
