using Distill.Pipeline.Storage;

namespace Distill.Label;

/// <summary>
/// The SHA-256 of every shard of an unfinished labeling, in the format of <c>sha256sum</c>. Parquet files have no checksum over all bytes,
/// so without it a damaged shard would not be noticed. When the stage is done, the run manifest has the hash of the folder.
/// </summary>
/// <param name="path">Path of the list, which is rewritten after each shard. If it is damaged or missing, shards are labeled again.</param>
internal sealed class ShardHashes(string path)
{
    private readonly Dictionary<string, string> _hashes = Read(path);

    /// <summary>Records a shard that was completely written.</summary>
    public void Add(string shard)
    {
        _hashes[Path.GetFileName(shard)] = FileHash.OfFile(shard);
        Save();
    }

    /// <summary>Removes the record of a shard that will be written again.</summary>
    public void Forget(string shard)
    {
        if (_hashes.Remove(Path.GetFileName(shard)))
        {
            Save();
        }
    }

    /// <summary>Returns whether the shard was recorded. After a kill between writing and recording, it was not.</summary>
    public bool Has(string shard) => _hashes.ContainsKey(Path.GetFileName(shard));

    /// <summary>Returns whether the shard was recorded and its bytes have not changed.</summary>
    public bool Verify(string shard) => Has(shard) && FileHash.OfFile(shard) == _hashes[Path.GetFileName(shard)];

    private void Save() =>
        Durable.WriteText(
            path,
            string.Concat(_hashes.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Value}  {entry.Key}\n")));

    private static Dictionary<string, string> Read(string path) => !File.Exists(path) ? [] : File.ReadLines(path)
        .Select(line => line.Split("  ", 2))
        .Where(parts => parts.Length == 2 && FileHash.Is(parts[0]))
        .GroupBy(parts => parts[1], parts => parts[0])
        .ToDictionary(shard => shard.Key, shard => shard.Last());
}
