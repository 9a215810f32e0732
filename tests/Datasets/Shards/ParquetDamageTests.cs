using Distill.Datasets;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using ParquetSharp;
using Tests.Learning;
using Tests.Pipeline;

namespace Tests.Datasets.Shards;

/// <summary>Damaged Parquet files are refused with a message, or lose single images.</summary>
[Collection(TorchTests.Name)]
[Trait("Category", "Slow")]
public sealed class ParquetDamageTests : IDisposable
{
    private static readonly byte[] Picture = DatasetGolden.Pictures["rough.png"];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Compression.Uncompressed)]
    [InlineData(Compression.Snappy)]
    [InlineData(Compression.Zstd)]
    public void Damage_gives_a_message_or_skips_an_image(Compression compression)
    {
        var path = _folder["set/train-0.parquet"];
        new HubParquet { Compression = compression, RowsPerGroup = 2 }
            .Write(path, (Picture, "a.png", 0), (Picture, null, 1), (Picture, "c.png", 0));
        var whole = File.ReadAllBytes(path);
        var random = new Random(1);
        foreach (var length in Enumerable.Range(0, 9).Concat(Enumerable.Range(0, 20).Select(_ => random.Next(whole.Length))))
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Contains(path, Message(), StringComparison.Ordinal);
        }

        for (var round = 0; round < 120; round++)
        {
            var flipped = whole.ToArray();
            flipped[round % 2 == 0 ? random.Next(whole.Length) : whole.Length - 1 - random.Next(900)] ^= (byte)(1 + random.Next(255));
            File.WriteAllBytes(path, flipped);
            TryTrain();
        }
    }

    private void TryTrain()
    {
        try
        {
            Open().Train();
        }
        catch (UserException)
        {
        }
    }

    private string Message() => Assert.Throws<UserException>(() => Open().Train()).Message;

    private IDataset Open() =>
        DatasetCatalog.Open(new DatasetOptions(DatasetKind.Parquet, _folder["set"], 8, 3), _ => { }, _folder["cache"]);
}
