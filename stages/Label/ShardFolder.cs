using Distill.Imaging.SoftTargets;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;

namespace Distill.Label;

/// <summary>The folder of one round's soft targets. It knows which shards belong to the current stage key.</summary>
/// <param name="folder">Path of the folder.</param>
/// <param name="key">The stage key, which every shard contains.</param>
/// <param name="hashes">Checksums of the shards that were written.</param>
/// <param name="warn">Receives one sentence about each damaged shard.</param>
internal sealed class ShardFolder(string folder, string key, ShardHashes hashes, Action<string> warn)
{
    /// <summary>The metadata entry of the stage key.</summary>
    public const string KeyEntry = "stage.key";

    private const int ImagesPerShard = 10_000;

    /// <summary>
    /// Creates the folder. Soft targets of another key are moved aside into a folder named after that key, because they may have taken
    /// hours. Damaged ones are moved aside, too. A task with a part of the work touches only the shards of its part, because other tasks
    /// may be writing.
    /// </summary>
    /// <param name="images">The range of all images.</param>
    /// <param name="part">The part of the shards to write.</param>
    /// <returns>The shards that still have to be written.</returns>
    public IReadOnlyList<SoftTargetShard> Prepare(ImageRange images, WorkPart part)
    {
        var own = ShardsOf(images).Where((_, number) => part.Has(number)).ToArray();
        Durable.MakeFolder(folder);
        if (part.IsWhole)
        {
            Durable.SweepPartials(folder);
            hashes.Sweep();
            Check(Directory.GetFiles(folder, "*.parquet").Order(StringComparer.Ordinal));
        }
        else
        {
            Check(own.Select(shard => shard.Path).Where(File.Exists));
        }

        return [.. own.Where(shard => !(File.Exists(shard.Path) && KeyOf(shard.Path) == key && hashes.Has(shard.Path)))];
    }

    private void Check(IEnumerable<string> shards)
    {
        foreach (var path in shards)
        {
            var owner = KeyOf(path);
            if (owner is not null && owner != key)
            {
                MoveAside(path, owner[..8]);
            }
            else if (owner is null || (hashes.Has(path) && !hashes.Verify(path)))
            {
                var aside = MoveAside(path, "damaged");
                warn(
                    $"the soft targets {path} are damaged: their bytes have changed since they were written. "
                    + $"They were moved to {aside} and are computed again");
            }
        }
    }

    private IEnumerable<SoftTargetShard> ShardsOf(ImageRange images) =>
        images.Cut(ImagesPerShard).Select((range, number) => new SoftTargetShard(PathOf(number), range));

    private string PathOf(int shard) => Path.Combine(folder, FormattableString.Invariant($"part-{shard:00000}.parquet"));

    private string MoveAside(string path, string name)
    {
        var aside = $"{folder}-{name}";
        Durable.MakeFolder(aside);
        var place = Path.Combine(aside, Path.GetFileName(path));
        Durable.MoveFile(path, place);
        hashes.Forget(path);
        return place;
    }

    /// <summary>Reads the key in a shard; null if it does not contain one.</summary>
    private static string? KeyOf(string path) =>
        SoftTargetMetadata.Read(path)?.GetValueOrDefault(KeyEntry) is var found && FileHash.Is(found) ? found : null;
}

/// <summary>The images <paramref name="Start"/> to <paramref name="End"/> − 1.</summary>
/// <param name="Start">Index of the first image.</param>
/// <param name="End">Index after the last image.</param>
internal readonly record struct ImageRange(int Start, int End)
{
    public int Count => End - Start;

    /// <summary>Splits the range into parts of <paramref name="size"/> images; the last part may be smaller.</summary>
    public IEnumerable<ImageRange> Cut(int size)
    {
        for (var start = Start; start < End; start += size)
        {
            yield return new ImageRange(start, Math.Min(start + size, End));
        }
    }
}

/// <summary>A file of soft targets.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Images">The images whose soft targets it contains.</param>
internal sealed record SoftTargetShard(string Path, ImageRange Images);

/// <summary>A part of a shard that is written at once.</summary>
/// <param name="Images">The images of the rows.</param>
/// <param name="Rows">All views of all these images.</param>
internal sealed record RowGroup(ImageRange Images, IReadOnlyList<SoftTargetRow> Rows);
