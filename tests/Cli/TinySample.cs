using System.Buffers.Binary;
using System.IO.Compression;

namespace Tests.Cli;

/// <summary>The first images of the committed sample. A run on them takes a quarter less time.</summary>
internal static class TinySample
{
    public const int TrainImages = 600;
    public const int TestImages = 200;

    private static readonly Lazy<string> Written = new(Write);

    /// <summary>The folder of the whole sample: 3,000 training and 1,000 test images.</summary>
    public static string Whole { get; } = Path.Combine(Repository.Root, "data", "sample");

    /// <summary>The folder of the first images, which is deleted when this process ends.</summary>
    public static string Folder => Written.Value;

    private static string Write()
    {
        var parent = Directory.CreateTempSubdirectory("distill-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(parent, recursive: true);
        // Messages name the folder of the images.
        var folder = Directory.CreateDirectory(Path.Combine(parent, "sample")).FullName;
        foreach (var source in Directory.GetFiles(Whole, "*-ubyte.gz"))
        {
            using var reader = new GZipStream(File.OpenRead(source), CompressionMode.Decompress);
            using var all = new MemoryStream();
            reader.CopyTo(all);
            var bytes = all.GetBuffer();

            // The header of an IDX file ends with its dimensions, the first of which is the number of images.
            var header = 4 + (4 * bytes[3]);
            var count = Path.GetFileName(source).StartsWith("train", StringComparison.Ordinal) ? TrainImages : TestImages;
            var size = ((int)all.Length - header) / BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4));
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), count);
            using var file = File.Create(Path.Combine(folder, Path.GetFileNameWithoutExtension(source)));
            file.Write(bytes, 0, header + (count * size));
        }

        return folder;
    }
}
