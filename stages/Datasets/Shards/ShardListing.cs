using System.Globalization;
using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Shards;

/// <summary>
/// Images in shards, whatever those are: in ordinal order of the shards, then in the order within each; those of unlabeled shards come
/// after all others, and no label is looked for there.
/// </summary>
/// <param name="options">The data set.</param>
/// <param name="shards">Its files.</param>
internal abstract class ShardListing(DatasetOptions options, ShardFiles shards) : IListing
{
    /// <summary>A label beyond is taken for damage, as it would make that many classes.</summary>
    private const int MostClasses = 1 << 20;

    private readonly Dictionary<Split, IReadOnlyList<EncodedImage>> _read = [];
    private IReadOnlyList<string>? _classNames;

    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Folder)));

    /// <summary>Those of a file, else those that the shards name, else numbers from 0 to the largest training label.</summary>
    public IReadOnlyList<string> ClassNames => _classNames ??= ClassFile.Names(options.Classes) ?? NamedClasses(shards.Train) ?? Numbers();

    public IReadOnlyList<DatasetFile> Files(Split split, HashCache hashes) =>
    [
        .. Of(split).Select(part => new DatasetFile($"{part.Shard.Name} {Reading(part.Shard, part.Labeled)}", HashOf(part.Shard, hashes))),
    ];

    public IReadOnlyList<EncodedImage> Images(Split split)
    {
        var images = Read(split);
        if (images.FirstOrDefault(image => image.Label >= ClassNames.Count) is { } stranger)
        {
            throw new UserException(
                $"{Path.Combine(options.Folder, stranger.Name)} has the label {stranger.Label}; " +
                (ClassNames.Count > 0 ? $"the labels are 0 to {ClassNames.Count - 1}" : "no training image has one"));
        }

        return split == Split.Test && NamedClasses(shards.Test) is { } names && options.Classes is null && !names.SequenceEqual(ClassNames)
            ? throw new UserException($"The test shards of {options.Folder} have other class names than the training shards; set dataset.classes if the class numbers are the same")
            : images;
    }

    /// <summary>The images of one shard.</summary>
    /// <param name="shard">The file.</param>
    /// <param name="labeled">Whether labels are looked for.</param>
    protected abstract IReadOnlyList<EncodedImage> Read(Shard shard, bool labeled);

    /// <summary>The names of classes that come with the shards; null where none do.</summary>
    protected abstract IReadOnlyList<string>? NamedClasses(IReadOnlyList<Shard> shards);

    /// <summary>What decides how a shard is read, as a part of the fingerprint.</summary>
    protected virtual string Reading(Shard shard, bool labeled) => labeled ? "labeled" : "unlabeled";

    protected virtual string HashOf(Shard shard, HashCache hashes) => shard.Reading(() => hashes.Of(shard.Path));

    private IReadOnlyList<EncodedImage> Read(Split split)
    {
        if (!_read.TryGetValue(split, out var images))
        {
            images = [.. Of(split).SelectMany(part => Read(part.Shard, part.Labeled))];
            _read.Add(split, images);
        }

        return images;
    }

    private IEnumerable<(Shard Shard, bool Labeled)> Of(Split split) => split == Split.Train
        ? [.. shards.Train.Select(shard => (shard, true)), .. shards.Unlabeled.Select(shard => (shard, false))]
        : shards.Test.Count > 0
            ? shards.Test.Select(shard => (shard, true))
            : throw new UserException(
                $"{options.Folder} has no test shards. To measure accuracy, name them test-* or val-*, or set dataset.test to a pattern that matches their names");

    private List<string> Numbers()
    {
        var largest = Read(Split.Train).MaxBy(image => image.Label);
        return largest is { Label: >= MostClasses }
            ? throw new UserException(
                $"{Path.Combine(options.Folder, largest.Name)} has the label {largest.Label}; at most {MostClasses} classes are supported")
            : [.. Enumerable.Range(0, (largest?.Label ?? ImageSet.Unlabeled) + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))];
    }
}
