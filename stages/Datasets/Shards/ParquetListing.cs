using Distill.Datasets.Encoded;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Shards;

/// <summary>
/// Parquet files as the Hugging Face Hub stores image data sets. A value in Parquet cannot be read without its page, so that images are
/// unpacked once, into an <see cref="ImagePack"/> a file. An image is called <c>FILE#ROW</c>, and <c>FILE#ROW/PATH</c> where the file
/// knows the path that it once had.
/// </summary>
/// <param name="options">The data set.</param>
/// <param name="shards">Its files.</param>
/// <param name="cache">The folder for what is known of data sets.</param>
/// <param name="log">Takes lines for people.</param>
internal sealed class ParquetListing(DatasetOptions options, ShardFiles shards, string cache, Action<string> log) : ShardListing(options, shards)
{
    public const string Extension = ".parquet";

    private readonly DatasetOptions _options = options;
    private readonly Dictionary<Shard, (string Columns, IReadOnlyList<string>? ClassNames)> _known = [];
    private HashCache? _hashes;

    private string Packs => Path.Combine(cache, $"{Name}-{FileHash.OfText(Path.GetFullPath(_options.Folder))[..8]}-packs");

    protected override IReadOnlyList<EncodedImage> Read(Shard shard, bool labeled)
    {
        var reading = Reading(shard, labeled);
        var hash = HashOf(shard);
        var place = $"{FileHash.OfText($"{shard.Name} {reading}")[..16]}-";
        var pack = new ImagePack(Path.Combine(Packs, $"{place}{hash[..16]}.pack"), $"{hash} {shard.Name} {reading}");
        if (pack.Images() is { } there)
        {
            return there;
        }

        using var file = ParquetShard.Open(shard, _options, labeled);
        log($"Unpacking {shard.Path} to {Packs} (columns: {reading})");
        var images = pack.Write(Rows(shard, file), file.ImageBytes);
        pack.DeleteOthers(place);
        return images;
    }

    protected override IReadOnlyList<string>? NamedClasses(IReadOnlyList<Shard> shards)
    {
        var named = shards.Select(shard => (Shard: shard, Names: Known(shard, labeled: true).ClassNames)).Where(shard => shard.Names is not null).ToList();
        return named.Find(shard => !shard.Names!.SequenceEqual(named[0].Names!)) is { Shard: { } other }
            ? throw new UserException($"{other.Path} has other class names than {named[0].Shard.Path}; set dataset.classes if the class numbers are the same")
            : named.FirstOrDefault().Names;
    }

    protected override string Reading(Shard shard, bool labeled) => Known(shard, labeled).Columns;

    protected override string HashOf(Shard shard, HashCache hashes) => HashOf(shard);

    /// <summary>One memory of hashes for both splits: the packs are named by them.</summary>
    private string HashOf(Shard shard)
    {
        _hashes ??= new HashCache(Path.Combine(Packs, "hashes.tsv"));
        var hash = shard.Reading(() => _hashes.Of(shard.Path));
        _hashes.Save();
        return hash;
    }

    private (string Columns, IReadOnlyList<string>? ClassNames) Known(Shard shard, bool labeled)
    {
        if (!_known.TryGetValue(shard, out var known))
        {
            using var file = ParquetShard.Open(shard, _options, labeled);
            known = (file.Columns.ToString(), file.Columns.ClassNames);
            _known.Add(shard, known);
        }

        return known;
    }

    private static IEnumerable<(string Name, ReadOnlyMemory<byte> Bytes, int Label)> Rows(Shard shard, ParquetShard file)
    {
        var number = 0L;
        for (var index = 0; index < file.RowGroups; index++)
        {
            using var group = file.Read(index);
            foreach (var row in group.Rows)
            {
                var name = FormattableString.Invariant($"{shard.Name}#{number++}");
                yield return (row.Path.Length > 0 && !row.Path.Any(char.IsControl) ? $"{name}/{row.Path}" : name, row.Image, row.Label);
            }
        }
    }
}
