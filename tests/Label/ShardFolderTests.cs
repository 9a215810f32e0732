using Distill.Datasets.Images;
using Distill.Imaging.SoftTargets;
using Distill.Label;
using Distill.Pipeline.Execution;
using Tests.Pipeline;

namespace Tests.Label;

/// <summary>The folder of soft targets after a change of options, after damage, and after a kill between a shard and its hash.</summary>
public sealed class ShardFolderTests : IDisposable
{
    private const int Images = 100;

    private static readonly string First = new('a', 64);
    private static readonly string Second = new('b', 64);

    private readonly TempFolder _folder = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Shard_without_recorded_hash_is_written_again_without_warning()
    {
        Write(First, withHash: true);
        Assert.Empty(Missing(First));
        Assert.Single(Missing(Second));
        Write(Second, withHash: false);

        Assert.Single(Missing(Second));
        Assert.Empty(_warnings);
        Write(Second, withHash: true);
        Assert.Empty(Missing(Second));
        Assert.True(File.Exists(_folder["soft-targets-aaaaaaaa/part-00000.parquet"]));
    }

    [Fact]
    public void Damaged_shard_is_moved_aside_and_reported()
    {
        Write(First, withHash: true);
        using (var file = File.OpenWrite(Shard))
        {
            file.Position = file.Length / 2;
            file.WriteByte(0x55);
            file.WriteByte(0xAA);
        }

        Assert.Single(Missing(First));
        Assert.Contains("part-00000.parquet are damaged", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    private string Shard => _folder["soft-targets/part-00000.parquet"];

    private void Write(string key, bool withHash)
    {
        var rows = Enumerable.Range(0, Images).Select(image => new SoftTargetRow(image, 0, Crop.Whole, [1, 2, 3])).ToArray();
        SoftTargetWriter.Write(Shard, [rows], new Dictionary<string, string> { [ShardFolder.KeyEntry] = key });
        if (withHash)
        {
            new ShardHashes(Hashes).Add(Shard);
        }
    }

    private string Hashes => _folder["shards"];

    /// <summary>Returns the shards that a new run would write.</summary>
    private IReadOnlyList<SoftTargetShard> Missing(string key)
    {
        var shards = new ShardFolder(_folder["soft-targets"], key, new ShardHashes(Hashes), _warnings.Add);
        return shards.Prepare(new ImageRange(0, Images), WorkPart.Whole);
    }
}
