using Distill.Imaging.SoftTargets;
using Distill.Pipeline.Storage;

namespace Distill.Label;

/// <summary>The folder of one round's soft targets, and which of its shards belong to the labeling now asked for.</summary>
/// <param name="folder">The folder.</param>
/// <param name="key">The stage's key, which every shard carries.</param>
/// <param name="hashes">Of the shards that were written.</param>
/// <param name="warn">Told, in one sentence, of what was moved.</param>
internal sealed class ShardFolder(string folder, string key, ShardHashes hashes, Action<string> warn)
{
    /// <summary>The metadata entry with the stage's key.</summary>
    public const string KeyEntry = "stage.key";

    private const int ImagesPerShard = 10_000;

    /// <summary>
    /// Makes the folder. Soft targets of another key are moved aside into a folder of that key's name rather than
    /// deleted: they took hours. Damaged ones are moved aside, too.
    /// </summary>
    public void Prepare()
    {
        Durable.MakeFolder(folder);
        Durable.SweepPartials(folder);
        foreach (var path in Directory.GetFiles(folder, "*.parquet").Order(StringComparer.Ordinal))
        {
            var owner = KeyOf(path);
            if (owner is not null && owner != key)
            {
                MoveAside(path, owner[..8]);
            }
            else if (owner is null || (hashes.Has(path) && !hashes.Holds(path)))
            {
                var aside = MoveAside(path, "damaged");
                warn($"the soft targets {path} are damaged: their bytes have changed since they were written. They were moved to {aside} and are computed again");
            }
        }
    }

    /// <summary>The shards of all images that are not there, whole and of this key.</summary>
    public IReadOnlyList<SoftTargetShard> MissingOf(ImageRange images) =>
    [
        .. images.Cut(ImagesPerShard)
            .Select((part, number) => new SoftTargetShard(Path.Combine(folder, FormattableString.Invariant($"part-{number:00000}.parquet")), part))
            .Where(shard => !(File.Exists(shard.Path) && KeyOf(shard.Path) == key && hashes.Has(shard.Path))),
    ];

    private string MoveAside(string path, string name)
    {
        var aside = $"{folder}-{name}";
        Durable.MakeFolder(aside);
        var place = Path.Combine(aside, Path.GetFileName(path));
        Durable.Files.MoveFile(path, place);
        hashes.Forget(path);
        return place;
    }

    /// <summary>The key that the file says; null where it says none.</summary>
    private static string? KeyOf(string path) => SoftTargetMetadata.Read(path)?.GetValueOrDefault(KeyEntry) is var found && FileHash.Is(found) ? found : null;
}
