using Stages.Imaging.Datasets.Encoded;
using Stages.Pipeline.Options;

namespace Stages.Imaging.Datasets.Folders;

/// <summary>
/// The user's own image files: train/CLASS/**, a train/ without class folders for images without a class, unlabelled/** and
/// test/CLASS/**; or the folders that take their places. Everything is in ordinal order, whatever the file system says, so that image
/// number i is the same image on every machine.
/// </summary>
internal sealed class FolderListing : IListing
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"];

    private readonly DatasetOptions _options;
    private readonly string _train;
    private readonly string _unlabelled;
    private readonly string _test;
    private readonly LabelFile? _labels;

    public FolderListing(DatasetOptions options)
    {
        _options = options;
        _train = Path.Combine(options.Folder, options.Train ?? "train");
        _unlabelled = Path.Combine(options.Folder, options.Unlabelled ?? "unlabelled");
        _test = Path.Combine(options.Folder, options.Test ?? "test");
        _labels = options.Labels is { } labels ? LabelFile.Read(labels) : null;
        ClassNames = ClassFile.Names(options.Classes) ?? _labels?.ClassNames ?? ClassesOf(_train);
        foreach (var given in new[] { options.Train, options.Unlabelled, options.Test })
        {
            if (given is not null && !Directory.Exists(Path.Combine(options.Folder, given)))
            {
                throw new UserException($"{Path.Combine(options.Folder, given)}: no such folder; the dataset block of the pipeline names it");
            }
        }
    }

    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_options.Folder)));

    public IReadOnlyList<string> ClassNames { get; }

    public IReadOnlyList<EncodedImage> Images(Split split)
    {
        List<EncodedImage> images = split == Split.Train
            ? [.. In(_train), .. Below(_unlabelled, _ => ImageSet.Unlabelled)]
            : [.. InTest()];
        return _labels?.Apply(images, ClassNames, mustFindAll: split == Split.Train) ?? images;
    }

    public IReadOnlyList<DatasetFile> Files(Split split, HashCache hashes) =>
        [.. Images(split).Select(image => new DatasetFile(FormattableString.Invariant($"{image.Name} {image.Label}"), hashes.Of(image.Path)))];

    private IEnumerable<EncodedImage> InTest()
    {
        if (!Directory.Exists(_test))
        {
            throw new UserException(
                $"{_options.Folder} has no test images. To measure accuracy, put some in {_test}/CLASS/");
        }

        var strangers = ClassesOf(_test).Except(ClassNames).ToList();
        return strangers.Count == 0
            ? In(_test)
            : throw new UserException($"{_test} has classes that {_train} lacks: {string.Join(", ", strangers)}");
    }

    /// <summary>The images of a split, class by class; those in no class folder have no class.</summary>
    private IEnumerable<EncodedImage> In(string folder)
    {
        var numbers = ClassNames.Select((name, number) => (name, number)).ToDictionary(pair => pair.name, pair => pair.number, StringComparer.Ordinal);
        return Below(folder, path => numbers.GetValueOrDefault(FirstPart(folder, path), ImageSet.Unlabelled))
            .OrderBy(image => image.Label == ImageSet.Unlabelled ? int.MaxValue : image.Label);
    }

    private IEnumerable<EncodedImage> Below(string folder, Func<string, int> label) => !Directory.Exists(folder)
        ? []
        : new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => Extensions.Contains(file.Extension, StringComparer.OrdinalIgnoreCase))
            .Select(file => new EncodedImage(NameOf(file.FullName), file.FullName, 0, file.Length, label(file.FullName)))
            .OrderBy(image => image.Name, StringComparer.Ordinal);

    private static string FirstPart(string folder, string path)
    {
        var relative = Path.GetRelativePath(folder, path);
        var end = relative.IndexOf(Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return end < 0 ? "" : relative[..end];
    }

    private static List<string> ClassesOf(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)]
        : [];

    private string NameOf(string path) =>
        Path.GetRelativePath(Path.GetFullPath(_options.Folder), path).Replace(Path.DirectorySeparatorChar, '/');
}
