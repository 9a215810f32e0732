using Distill.Pipeline.Storage;

namespace Distill.Label;

/// <summary>
/// The SHA-256 of every shard of an unfinished labeling, in a file per shard in the format of <c>sha256sum</c>, so that several tasks can
/// write shards at the same time. Parquet files have no checksum over all bytes, so without it a damaged shard would not be noticed. When
/// the stage is done, the run manifest has the hash of the folder.
/// </summary>
/// <param name="folder">Folder of the files. If one is damaged or missing, its shard is labeled again.</param>
internal sealed class ShardHashes(string folder)
{
    /// <summary>Records a shard that was completely written.</summary>
    public void Add(string shard) => Durable.WriteText(PathOf(shard), $"{FileHash.OfFile(shard)}  {Path.GetFileName(shard)}\n");

    /// <summary>Removes the record of a shard that will be written again.</summary>
    public void Forget(string shard)
    {
        if (File.Exists(PathOf(shard)))
        {
            // Synced, since the record of an earlier shard would make the next one of that name look damaged.
            Durable.Delete(PathOf(shard));
            Durable.SyncFolder(folder);
        }
    }

    /// <summary>Returns whether the shard was recorded. After a kill between writing and recording, it was not.</summary>
    public bool Has(string shard) => Recorded(shard) is not null;

    /// <summary>Returns whether the shard was recorded and its bytes have not changed.</summary>
    public bool Verify(string shard) => Recorded(shard) is { } hash && FileHash.OfFile(shard) == hash;

    /// <summary>Deletes what a crash left half written. Call it only while no task writes.</summary>
    public void Sweep() => Durable.SweepPartials(folder);

    private string PathOf(string shard) => Path.Combine(folder, Path.GetFileName(shard) + ".sha256");

    private string? Recorded(string shard) =>
        File.Exists(PathOf(shard))
        && File.ReadAllText(PathOf(shard)).TrimEnd('\n').Split("  ", 2) is [var hash, var name]
        && FileHash.Is(hash)
        && name == Path.GetFileName(shard)
            ? hash
            : null;
}
