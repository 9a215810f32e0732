using Distill.Datasets.Encoded;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Shards;

/// <summary>
/// Parquet files in the form of the Hugging Face Hub. A value in Parquet cannot be read without its page, so images are unpacked once, into
/// one <see cref="UnpackedShard"/> per file. An image's name is <c>FILE#ROW</c>, or <c>FILE#ROW/PATH</c> if the file has its original path.
/// </summary>
/// <param name="options">Options of the dataset.</param>
/// <param name="shards">Files of the dataset.</param>
/// <param name="cache">Folder of the cache.</param>
/// <param name="log">Takes one line per file that is unpacked, and the progress of hashing.</param>
/// <param name="cancellation">Stops hashing.</param>
internal sealed class ParquetListing(
    DatasetOptions options, ShardFiles shards, string cache, Action<string> log, CancellationToken cancellation)
    : ShardListing(options, shards)
{
    public const string Extension = ".parquet";

    private readonly DatasetOptions _options = options;
    private readonly Dictionary<Shard, (string Columns, string Image, IReadOnlyList<string>? ClassNames)> _metadata = [];
    private HashCache? _hashes;

    private string Folder => Path.Combine(cache, _options.CacheName() + "-packs");

    protected override IReadOnlyList<EncodedImage> Read(Shard shard, bool labeled, List<(string Name, string Reason)> skipped)
    {
        var reading = ReadingOf(shard, labeled);
        var hash = HashOf(shard);
        var prefix = $"{FileHash.OfText($"{shard.Name} {reading}")[..16]}-";
        var unpacked = new UnpackedShard(Path.Combine(Folder, $"{prefix}{hash[..16]}.pack"), $"{hash} {shard.Name} {reading}");
        if (unpacked.Images() is { } existing)
        {
            return existing;
        }

        using var file = ParquetShard.Open(shard, _options, labeled);
        log($"Unpacking {shard.Path} to {Folder} (columns: {reading})");
        if (labeled && file.Columns.Label is null)
        {
            log($"{shard.Path}: found no column of labels, so its images are unlabeled; dataset.labelColumn names one. "
                + $"Columns: {file.Columns.All}");
        }

        var images = unpacked.Write(Rows(shard, file), file.ImageBytes);
        unpacked.DeleteOthers(prefix);
        return images;
    }

    protected override IReadOnlyList<string>? NamedClasses(IReadOnlyList<Shard> shards)
    {
        var named = shards.Select(shard => (Shard: shard, Names: MetadataOf(shard, labeled: true).ClassNames))
            .Where(shard => shard.Names is not null)
            .ToList();
        return named.Find(shard => !shard.Names!.SequenceEqual(named[0].Names!)) is { Shard: { } other }
            ? throw new UserException(
                $"{other.Path} has other class names than {named[0].Shard.Path}; set dataset.classes if the class numbers are the same")
            : named.FirstOrDefault().Names;
    }

    protected override string ReadingOf(Shard shard, bool labeled) => MetadataOf(shard, labeled).Columns;

    protected override string ImagesOf(Shard shard, bool labeled) => MetadataOf(shard, labeled).Image;

    /// <summary>One cache for both splits, since the unpacked files are named by their hashes.</summary>
    protected override HashCache CacheOf(HashCache hashes) => OwnHashes;

    private HashCache OwnHashes =>
        _hashes ??= new HashCache(Path.Combine(Folder, "hashes.tsv"), log, TimeProvider.System, cancellation);

    private string HashOf(Shard shard)
    {
        var hash = HashOf(shard, OwnHashes);
        OwnHashes.Save();
        return hash;
    }

    private (string Columns, string Image, IReadOnlyList<string>? ClassNames) MetadataOf(Shard shard, bool labeled)
    {
        if (!_metadata.TryGetValue(shard, out var metadata))
        {
            using var file = ParquetShard.Open(shard, _options, labeled);
            metadata = (file.Columns.ToString(), file.Columns.Image.Path.ToString(), file.Columns.ClassNames);
            _metadata.Add(shard, metadata);
        }

        return metadata;
    }

    private static IEnumerable<UnpackedImage> Rows(Shard shard, ParquetShard file)
    {
        var number = 0L;
        for (var index = 0; index < file.RowGroups; index++)
        {
            using var group = file.Read(index);
            foreach (var row in group.Rows)
            {
                var name = FormattableString.Invariant($"{shard.Name}#{number++}");
                yield return new UnpackedImage(
                    row.Path.Length > 0 && !row.Path.Any(char.IsControl) ? $"{name}/{row.Path}" : name, row.Image, row.Label, row.ClassName)
                {
                    Problem = !row.HasImage ? NoBytes(row) : null,
                };
            }
        }
    }

    private static string NoBytes(ParquetRow row) => row.Path.Length > 0
        ? "a row with the path of an image, but without its bytes; embed the files when the dataset is exported"
        : "a row without an image";
}
