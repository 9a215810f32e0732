using Distill.Pipeline.Storage;

namespace Distill.Label;

/// <summary>
/// The SHA-256 of every shard of an unfinished labeling, in the format of <c>sha256sum</c>: Parquet has no checksum that would tell a damaged shard
/// from a whole one. Once the stage is done, the lock has the hash of them all.
/// </summary>
/// <param name="path">The list; written anew after each shard. One that is damaged or gone has shards labeled again.</param>
internal sealed class ShardHashes(string path)
{
    private readonly Dictionary<string, string> _hashes = Read(path);

    /// <summary>Remembers a shard that is whole and on the disk.</summary>
    public void Add(string shard)
    {
        _hashes[Path.GetFileName(shard)] = FileHash.OfFile(shard);
        Save();
    }

    /// <summary>Another shard is to take this one's place.</summary>
    public void Forget(string shard)
    {
        if (_hashes.Remove(Path.GetFileName(shard)))
        {
            Save();
        }
    }

    /// <summary>Whether the shard is known; a run that was killed just before it was added knows it not.</summary>
    public bool Has(string shard) => _hashes.ContainsKey(Path.GetFileName(shard));

    /// <summary>Whether the shard is what was written.</summary>
    public bool Holds(string shard) => Has(shard) && FileHash.OfFile(shard) == _hashes[Path.GetFileName(shard)];

    private void Save() =>
        Durable.WriteText(path, string.Concat(_hashes.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Value}  {entry.Key}\n")));

    private static Dictionary<string, string> Read(string path) => !File.Exists(path) ? [] : File.ReadLines(path)
        .Select(line => line.Split("  ", 2))
        .Where(parts => parts.Length == 2 && FileHash.Is(parts[0]))
        .GroupBy(parts => parts[1], parts => parts[0])
        .ToDictionary(shard => shard.Key, shard => shard.Last());
}
