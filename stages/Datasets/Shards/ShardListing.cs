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
    private readonly Dictionary<Split, List<(string Name, string Reason)>> _skipped = [];
    private IReadOnlyList<string>? _classNames;

    public string Name => options.FolderName();

    /// <summary>
    /// Names from the classes file, else from the shards' metadata, else the names that training images have for labels, else numbers from
    /// 0 to the largest training label.
    /// </summary>
    public IReadOnlyList<string> ClassNames => _classNames ??=
        GivenClasses ?? LabelNames.Of(Read(Split.Train)) ?? Numbers();

    /// <summary>Names by number from the classes file or the shards' metadata; null if there are none, and labels must agree.</summary>
    private IReadOnlyList<string>? GivenClasses => ClassFile.Read(options.Classes) ?? NamedClasses(shards.Train);

    public IReadOnlyList<DatasetFile> Files(Split split, HashCache hashes)
    {
        var parts = PartsOf(split).ToList();
        CacheOf(hashes).Prepare([.. parts.Select(part => part.Shard.Path)], areImages: false);
        return parts.ConvertAll(part =>
            new DatasetFile($"{part.Shard.Name} {ReadingOf(part.Shard, part.Labeled)}", HashOf(part.Shard, CacheOf(hashes)))
            {
                PathWithoutLabels = $"{part.Shard.Name} {ImagesOf(part.Shard, part.Labeled)}",
            });
    }

    public IReadOnlyList<EncodedImage> Images(Split split)
    {
        if (GivenClasses is null)
        {
            LabelNames.RefuseNumbers(Read(Split.Train), Read(split), options.Folder);
        }

        var images = LabelNames.Resolve(Read(split), ClassNames, options.Folder);
        if (images.FirstOrDefault(candidate => candidate.Label >= ClassNames.Count) is { } image)
        {
            // Without training images, no label is wrong.
            throw new UserException(Read(Split.Train).Count == 0
                ? $"{options.Folder} has no training images, so the classes of its test images are unknown"
                : $"{Path.Combine(options.Folder, image.Name)} has the label {image.Label}; " +
                (ClassNames.Count > 0 ? $"the labels are 0 to {ClassNames.Count - 1}" : "no training image has one"));
        }

        return split == Split.Test && NamedClasses(shards.Test) is { } names && options.Classes is null && !names.SequenceEqual(ClassNames)
            ? throw new UserException(
                $"The test shards of {options.Folder} have other class names than the training shards; " +
                "set dataset.classes if the class numbers are the same")
            : images;
    }

    /// <summary>Returns what is not an image in the shards of the split and, with the training split, files that are not shards.</summary>
    public IReadOnlyList<(string Name, string Reason)> SkippedFiles(Split split)
    {
        Read(split);
        return split == Split.Train ? [.. shards.Skipped(), .. _skipped[split]] : _skipped[split];
    }

    /// <summary>Lists the images of one shard, with their labels or as unlabeled.</summary>
    /// <param name="shard">Shard to read.</param>
    /// <param name="labeled">Whether to read labels.</param>
    /// <param name="skipped">Receives name and reason of other members.</param>
    protected abstract IReadOnlyList<EncodedImage> Read(Shard shard, bool labeled, List<(string Name, string Reason)> skipped);

    /// <summary>Returns the class names that come with the shards; null if there are none.</summary>
    protected abstract IReadOnlyList<string>? NamedClasses(IReadOnlyList<Shard> shards);

    /// <summary>Returns what decides how a shard is read. It is a part of the fingerprint.</summary>
    protected virtual string ReadingOf(Shard shard, bool labeled) => labeled ? "labeled" : "unlabeled";

    /// <summary>Returns what decides which images of a shard are read.</summary>
    protected virtual string ImagesOf(Shard shard, bool labeled) => "";

    protected static string HashOf(Shard shard, HashCache hashes) => shard.TranslateErrors(() => hashes.Sha256(shard.Path));

    /// <summary>The cache of the shards' hashes, given that of the split.</summary>
    protected virtual HashCache CacheOf(HashCache hashes) => hashes;

    private IReadOnlyList<EncodedImage> Read(Split split)
    {
        if (!_read.TryGetValue(split, out var images))
        {
            var skipped = new List<(string Name, string Reason)>();
            images = [.. PartsOf(split).SelectMany(part => ReadPart(part.Shard, part.Labeled, skipped))];
            _skipped[split] = skipped;
            _read.Add(split, images);
        }

        return images;
    }

    private IReadOnlyList<EncodedImage> ReadPart(Shard shard, bool labeled, List<(string Name, string Reason)> skipped)
    {
        var before = skipped.Count;
        var images = Read(shard, labeled, skipped);
        if (images.Count == 0 && skipped.Count == before)
        {
            skipped.Add((shard.Name, "a file without images"));
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
