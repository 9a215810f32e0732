using System.Globalization;
using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Shards;

/// <summary>
/// Images in shards of any format, in ordinal order of the shards, then in the order within each. Images of unlabeled shards come last, and
/// labels there are ignored.
/// </summary>
/// <param name="options">Options of the dataset.</param>
/// <param name="shards">Files of the dataset.</param>
internal abstract class ShardListing(DatasetOptions options, ShardFiles shards) : IListing
{
    /// <summary>A larger label is regarded as damage, since it would make that many classes.</summary>
    private const int MaxClasses = 1 << 20;

    private readonly Dictionary<Split, IReadOnlyList<EncodedImage>> _read = [];
    private IReadOnlyList<string>? _classNames;

    public string Name => options.FolderName();

    /// <summary>Names from the classes file, else from the shards, else numbers from 0 to the largest training label.</summary>
    public IReadOnlyList<string> ClassNames =>
        _classNames ??= ClassFile.Read(options.Classes) ?? NamedClasses(shards.Train) ?? Numbers();

    public IReadOnlyList<DatasetFile> Files(Split split, HashCache hashes) =>
    [
        .. PartsOf(split)
            .Select(part => new DatasetFile($"{part.Shard.Name} {ReadingOf(part.Shard, part.Labeled)}", HashOf(part.Shard, hashes))),
    ];

    public IReadOnlyList<EncodedImage> Images(Split split)
    {
        var images = Read(split);
        if (images.FirstOrDefault(candidate => candidate.Label >= ClassNames.Count) is { } image)
        {
            throw new UserException(
                $"{Path.Combine(options.Folder, image.Name)} has the label {image.Label}; " +
                (ClassNames.Count > 0 ? $"the labels are 0 to {ClassNames.Count - 1}" : "no training image has one"));
        }

        return split == Split.Test && NamedClasses(shards.Test) is { } names && options.Classes is null && !names.SequenceEqual(ClassNames)
            ? throw new UserException(
                $"The test shards of {options.Folder} have other class names than the training shards; " +
                "set dataset.classes if the class numbers are the same")
            : images;
    }

    /// <summary>Lists the images of one shard, with their labels or as unlabeled.</summary>
    protected abstract IReadOnlyList<EncodedImage> Read(Shard shard, bool labeled);

    /// <summary>Returns the class names that come with the shards; null if there are none.</summary>
    protected abstract IReadOnlyList<string>? NamedClasses(IReadOnlyList<Shard> shards);

    /// <summary>Returns what decides how a shard is read. It is a part of the fingerprint.</summary>
    protected virtual string ReadingOf(Shard shard, bool labeled) => labeled ? "labeled" : "unlabeled";

    protected virtual string HashOf(Shard shard, HashCache hashes) => shard.TranslateErrors(() => hashes.Sha256(shard.Path));

    private IReadOnlyList<EncodedImage> Read(Split split)
    {
        if (!_read.TryGetValue(split, out var images))
        {
            images = [.. PartsOf(split).SelectMany(part => Read(part.Shard, part.Labeled))];
            _read.Add(split, images);
        }

        return images;
    }

    private IEnumerable<(Shard Shard, bool Labeled)> PartsOf(Split split) => split == Split.Train
        ? [.. shards.Train.Select(shard => (shard, true)), .. shards.Unlabeled.Select(shard => (shard, false))]
        : shards.Test.Count > 0
            ? shards.Test.Select(shard => (shard, true))
            : throw new UserException(
                $"{options.Folder} has no test shards. To measure accuracy, name them test-* or val-*, " +
                "or set dataset.test to a pattern that matches their names");

    private List<string> Numbers()
    {
        var largest = Read(Split.Train).MaxBy(image => image.Label);
        return largest is { Label: >= MaxClasses }
            ? throw new UserException(
                $"{Path.Combine(options.Folder, largest.Name)} has the label {largest.Label}; at most {MaxClasses} classes are supported")
            :
            [
                .. Enumerable.Range(0, (largest?.Label ?? ImageSet.Unlabeled) + 1)
                    .Select(label => label.ToString(CultureInfo.InvariantCulture)),
            ];
    }
}

/// <summary>
/// WebDataset: tar files in which the members of a sample share their name up to the first dot of the file name
/// (webdataset.github.io/webdataset). Images stay in the archive. Class names are those of <c>classes.txt</c> in the folder, if it exists.
/// </summary>
internal sealed class TarListing(DatasetOptions options, ShardFiles shards, Action<string> log) : ShardListing(options, shards)
{
    public const string Extension = ".tar";

    private readonly string _classes = Path.Combine(options.Folder, "classes.txt");

    protected override IReadOnlyList<EncodedImage> Read(Shard shard, bool labeled) =>
        shard.TranslateErrors(() => new TarShard(shard, labeled, log).Images());

    protected override IReadOnlyList<string>? NamedClasses(IReadOnlyList<Shard> shards) =>
        File.Exists(_classes) ? ClassFile.Read(_classes) : null;
}
