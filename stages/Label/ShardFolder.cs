using Stages.Imaging.SoftTargets;
using Stages.Pipeline.Storage;

namespace Stages.Label;

/// <summary>The folder of one round's soft targets, and which of its shards belong to the labelling now asked for.</summary>
/// <param name="folder">The folder.</param>
/// <param name="key">The stage's key, which every shard carries.</param>
internal sealed class ShardFolder(string folder, string key)
{
    /// <summary>The metadata entry with the stage's key.</summary>
    public const string KeyEntry = "stage.key";

    private const int ImagesPerShard = 10_000;

    /// <summary>
    /// Makes the folder. Soft targets of another key are moved aside into a folder of that key's name rather than
    /// deleted: they took hours.
    /// </summary>
    public void Prepare()
    {
        Durable.MakeFolder(folder);
        Durable.SweepPartials(folder);
        foreach (var path in Directory.GetFiles(folder, "*.parquet"))
        {
            if (KeyOf(path) is var other && other != key)
            {
                var aside = $"{folder}-{other?[..8] ?? "unreadable"}";
                Durable.MakeFolder(aside);
                Durable.Files.MoveFile(path, Path.Combine(aside, Path.GetFileName(path)));
            }
        }
    }

    /// <summary>The shards of all images that are not there, whole and of this key.</summary>
    public IReadOnlyList<SoftTargetShard> MissingOf(ImageRange images) =>
    [
        .. images.Cut(ImagesPerShard)
            .Select((part, number) => new SoftTargetShard(Path.Combine(folder, FormattableString.Invariant($"part-{number:00000}.parquet")), part))
            .Where(shard => !(File.Exists(shard.Path) && KeyOf(shard.Path) == key)),
    ];

    /// <summary>The key that the file says; null where it says none.</summary>
    private static string? KeyOf(string path) => SoftTargetMetadata.Read(path)?.GetValueOrDefault(KeyEntry) is var found && FileHash.Is(found) ? found : null;
}
