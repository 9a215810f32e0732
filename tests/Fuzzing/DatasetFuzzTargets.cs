using Distill.Datasets.Cifar;
using Distill.Datasets.Decoding;
using Distill.Datasets.Idx;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Datasets.Shards;
using Distill.Imaging.Splits;
using Distill.Pipeline.Options;
using SkiaSharp;
using Tests.Datasets.Shards;

namespace Tests.Fuzzing;

/// <summary>Readers of datasets, each with valid files.</summary>
internal static class DatasetFuzzTargets
{
    private const int Images = 50;

    private static readonly ImageSet Train = new(
        "fuzzed",
        new ImageShape(1, 2, 2),
        new byte[4 * Images],
        [.. Enumerable.Range(0, Images).Select(i => i % 3)],
        ["a", "b", "c"]);

    public static FuzzTarget IdxImages() =>
        new("IDX images", [Idx(2051, 2, 3, 4)], "images", path => IdxReader.ReadImages(path), [typeof(UserException)]);

    public static FuzzTarget IdxLabels() =>
        new("IDX labels", [Idx(2049, 5)], "labels", path => IdxReader.ReadLabels(path), [typeof(UserException)]);

    public static FuzzTarget LabelSplitFile() => new(
        "label split",
        ["# header\n0\ta\n4\tb\n"u8.ToArray()],
        "split.txt",
        path => LabelSplit.Read(path, Train),
        [typeof(UserException)]);

    public static FuzzTarget CifarFiles(string folder)
    {
        var records = new byte[3 * Cifar.Ten.RecordLength];
        for (var i = 0; i < 3; i++)
        {
            records[i * Cifar.Ten.RecordLength] = (byte)i;
        }

        foreach (var file in Cifar.Ten.TrainFiles)
        {
            File.WriteAllBytes(Path.Combine(folder, file), records);
        }

        File.WriteAllLines(Path.Combine(folder, Cifar.Ten.NamesFile), Enumerable.Range(0, 10).Select(i => $"class {i}"));
        return new FuzzTarget(
            "CIFAR",
            [records],
            Cifar.Ten.TestFiles[0],
            path => CifarDataset.Open(Cifar.Ten, Path.GetDirectoryName(path)!).Test(),
            [typeof(UserException)]);
    }

    public static FuzzTarget TarArchive(string folder)
    {
        var inner = Directory.CreateDirectory(Path.Combine(folder, "in")).FullName;
        File.WriteAllBytes(Path.Combine(inner, "a.png"), Picture(SKEncodedImageFormat.Png));
        File.WriteAllText(Path.Combine(inner, "a.cls"), "1");
        File.WriteAllText(Path.Combine(inner, "b.json"), """{"label": 2}""");
        File.WriteAllBytes(Path.Combine(inner, "b.jpg"), Picture(SKEncodedImageFormat.Jpeg));
        var archive = Path.Combine(folder, "made.tar");
        Tar.Pack(archive, inner);
        return new FuzzTarget("tar", [File.ReadAllBytes(archive)], "a.tar", Read, [typeof(UserException), typeof(IOException)]);

        static void Read(string path)
        {
            var shard = new Shard("a.tar", path);
            foreach (var image in shard.TranslateErrors(() => new TarShard(shard, labeled: true).Images()))
            {
                image.ReadBytes();
            }
        }
    }

    public static FuzzTarget ParquetOfImages(string folder)
    {
        var path = Path.Combine(folder, "made.parquet");
        new HubParquet { Features = HubParquet.Described("cat", "dog") }.Write(
            path, (Picture(SKEncodedImageFormat.Png), "a.png", 0), (Picture(SKEncodedImageFormat.Jpeg), "b.jpg", 1));
        var options = DatasetOptions.Read(PipelineFile.Parse("""{ "kind": "parquet", "folder": "x" }""", "fuzz", _ => null));
        return new FuzzTarget("Parquet of images", [File.ReadAllBytes(path)], "a.parquet", Read, [typeof(UserException)]);

        void Read(string file)
        {
            using var shard = ParquetShard.Open(new Shard("a.parquet", file), options, labeled: true);
            for (var group = 0; group < shard.RowGroups; group++)
            {
                shard.Read(group).Dispose();
            }
        }
    }

    public static FuzzTarget Pictures(string folder) => new(
        "image",
        [.. new[] { SKEncodedImageFormat.Png, SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Webp }.Select(Picture)],
        "a.image",
        path => ImageDecoder.Decode(File.ReadAllBytes(path), channels: 3),
        [typeof(RefusedImageException)]);

    private static byte[] Picture(SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(9, 7);
        for (var i = 0; i < 63; i++)
        {
            bitmap.SetPixel(i % 9, i / 9, new SKColor((byte)(4 * i), (byte)(255 - i), (byte)(i * i)));
        }

        using var data = bitmap.Encode(format, 80);
        return data.ToArray();
    }

    private static byte[] Idx(int magic, params int[] dimensions)
    {
        var file = new List<byte>();
        foreach (var number in dimensions.Prepend(magic))
        {
            file.AddRange([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
        }

        file.AddRange(new byte[dimensions.Aggregate(1, (product, size) => product * size)]);
        return [.. file];
    }
}
