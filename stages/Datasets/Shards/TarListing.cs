using Distill.Datasets.Encoded;
using Distill.Datasets.Options;

namespace Distill.Datasets.Shards;

/// <summary>
/// WebDataset: tar files whose members of one sample share all of their name before the first dot of the file name
/// (webdataset.github.io/webdataset). Images stay where they are, in the archive. Class names are those of <c>classes.txt</c>, where the
/// folder has one.
/// </summary>
internal sealed class TarListing(DatasetOptions options, ShardFiles shards, Action<string> log) : ShardListing(options, shards)
{
    public const string Extension = ".tar";

    private readonly string _classes = Path.Combine(options.Folder, "classes.txt");

    protected override IReadOnlyList<EncodedImage> Read(Shard shard, bool labeled) =>
        shard.Reading(() => new TarShard(shard, labeled, log).Images());

    protected override IReadOnlyList<string>? NamedClasses(IReadOnlyList<Shard> shards) => File.Exists(_classes) ? ClassFile.Names(_classes) : null;
}
