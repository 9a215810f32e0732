using Distill.Datasets.Encoded;
using Distill.Datasets.Options;

namespace Distill.Datasets.Shards;

/// <summary>
/// WebDataset: tar files in which the members of a sample share their name up to the first dot of the file name
/// (webdataset.github.io/webdataset). Images stay in the archive. Class names are those of <c>classes.txt</c> in the folder, if it exists.
/// </summary>
internal sealed class TarListing(DatasetOptions options, ShardFiles shards) : ShardListing(options, shards)
{
    public const string Extension = ".tar";

    private readonly string _classes = Path.Combine(options.Folder, "classes.txt");

    protected override IReadOnlyList<EncodedImage> Read(Shard shard, bool labeled, List<(string Name, string Reason)> skipped) =>
        shard.TranslateErrors(() =>
        {
            var content = new TarShard(shard, labeled);
            var images = content.Images();
            skipped.AddRange(content.Skipped);
            return images;
        });

    protected override IReadOnlyList<string>? NamedClasses(IReadOnlyList<Shard> shards) =>
        File.Exists(_classes) ? ClassFile.Read(_classes) : null;
}
