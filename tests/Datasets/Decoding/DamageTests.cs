using System.Buffers.Binary;
using System.IO.Compression;
using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Learning.Randomness;
using SkiaSharp;
using Tests.Datasets.Folders;
using Tests.Golden;
using Tests.Learning;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Datasets.Decoding;

/// <summary>Damaged files are refused with a reason if pixels are missing. No file crashes the process or fills its memory.</summary>
[Collection(TorchTests.Name)]
[Trait("Category", "Slow")]
public sealed class DamageTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public DamageTests() => Directory.CreateDirectory(_folder["train/a"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_truncated_file_is_refused_unless_all_its_pixels_are_present()
    {
        foreach (var (name, content) in Photos())
        {
            var all = content.Length;
            int[] lengths = [4, 20, all / 4, all / 2, all * 3 / 4, all - 20, all - 8, all - 1];
            foreach (var length in lengths.Distinct())
            {
                Write($"{length}-{name}", content[..length]);
            }
        }

        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("photos");
        var dataset = Open();
        var report = dataset.Report(Split.Train)!;
        var train = dataset.Train();

        Assert.All(Enumerable.Range(0, train.Count), index =>
        {
            var name = Path.GetFileName(train.ImageName(index)).Split('-', 2)[1];
            var expected = golden[$"{name} L"].data<byte>().ToArray();
            var pixels = train.Pixels.Decode(index).Pixels;
            var equal = expected.Zip(pixels).All(pair => Math.Abs(pair.First - pair.Second) <= 1);
            Assert.True(equal, $"{train.ImageName(index)} lost some of its pixels");
        });
        Assert.True(report.Refused.Count > 4 * report.Used, $"only {report.Refused.Count} are refused, {report.Used} used");
    }

    [Fact]
    public void A_file_with_a_wrong_byte_is_refused_or_decoded()
    {
        var (photos, key, made) = (Photos().ToArray(), RandomKey.FromSeed(5), 0);
        for (var round = 0; round < 8; round++)
        {
            foreach (var (name, content) in photos)
            {
                var damaged = content.ToArray();
                damaged[key.Below(2 * made, damaged.Length)] ^= (byte)(1 + key.Below(2 * made + 1, 255));
                Write($"{made++}-{name}", damaged);
            }
        }

        var report = Open().Report(Split.Train)!;
        Assert.Equal(made, report.Used + report.Refused.Count);
        Assert.All(report.Refused, image => Assert.Matches("^(damaged|cut short|not an image|larger than 100 megapixels)", image.Reason));
    }

    [Fact]
    public void An_image_with_too_many_pixels_is_refused_before_allocation()
    {
        Write("0-claims.png", Png(60_000, 60_000, rows: 0));
        Write("1-holds.png", Png(12_000, 12_000, rows: 12_000));
        Write("2-claims.jpg", Pictures.Claiming(Pictures.LeftBlackRightWhite(16, 16, SKEncodedImageFormat.Jpeg), 60_000, 60_000));
        Write("3-thin.png", Png(100_000_001, 1, rows: 0));
        Write("4-good.png", Png(30, 20, rows: 20));
        var before = GC.GetTotalAllocatedBytes();
        var report = Open().Report(Split.Train)!;

        Assert.All(
            report.Refused.Take(3), image => Assert.Equal("larger than 100 megapixels", image.Reason));
        Assert.Equal((1, 4), (report.Used, report.Refused.Count));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 30_000_000);
    }

    [Fact]
    public void A_file_that_is_too_long_is_refused_without_reading_it()
    {
        using (var file = File.Create(_folder["train/a/long.jpg"]))
        {
            // A sparse file: it has the length, but needs no disk space.
            file.SetLength(3L << 30);
        }

        var (_, reason) = Assert.Single(Open().Report(Split.Train)!.Refused);
        Assert.StartsWith("cannot be read: found 3221225472 bytes", reason, StringComparison.Ordinal);
    }

    private static IEnumerable<(string Name, byte[] Content)> Photos() => Directory.GetFiles(GoldenFile.PathOf("Photos"))
        .Order(StringComparer.Ordinal)
        .Select(path => (Path.GetFileName(path), File.ReadAllBytes(path)));

    /// <summary>Creates a gray PNG of zeros that claims a size but contains only so many rows.</summary>
    private static byte[] Png(int width, int height, int rows)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal))
        {
            var row = new byte[width + 1];
            for (var y = 0; y < rows; y++)
            {
                zlib.Write(row);
            }
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        return
        [
            0x89, .. "PNG\r\n"u8, 0x1A, 0x0A,
            .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, compressed.ToArray()), .. Chunk("IEND"u8, []),
        ];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> kind, byte[] data)
    {
        byte[] chunk = [0, 0, 0, 0, .. kind, .. data, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc32(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    private static uint Crc32(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }

    private void Write(string name, byte[] content) => File.WriteAllBytes(_folder[$"train/a/{name}"], content);

    private IDataset Open() => DatasetCatalog.Open(
        new DatasetOptions(DatasetKind.Folder, _folder.Path, 16, 1), _ => { }, _folder["index"]);
}
