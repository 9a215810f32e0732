using Distill.Datasets.Decoding;
using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Folders;

/// <summary>
/// The user's own image files: train/CLASS/**, a train/ without class folders for images without a class, unlabeled/** and
/// test/CLASS/**; or the folders that take their places. Everything is in ordinal order, whatever the file system says, so that image
/// number i is the same image on every machine. Files and folders whose names begin with a dot belong to other programs.
/// </summary>
internal sealed class FolderListing : IListing
{
    private const string Unreadable = "unreadable";

    private readonly DatasetOptions _options;
    private readonly string _train;
    private readonly string _unlabeled;
    private readonly string _test;
    private readonly LabelFile? _labels;

    public FolderListing(DatasetOptions options)
    {
        _options = options;
        _train = Path.Combine(options.Folder, options.Train ?? "train");
        _unlabeled = Path.Combine(options.Folder, options.Unlabeled ?? "unlabeled");
        _test = Path.Combine(options.Folder, options.Test ?? "test");
        _labels = options.Labels is { } labels ? LabelFile.Read(labels) : null;
        ClassNames = ClassFile.Names(options.Classes) ?? _labels?.ClassNames ?? ClassesOf(_train);
        RefuseOldSpelling();
        RefuseOverlaps();
        foreach (var given in new[] { options.Train, options.Unlabeled, options.Test })
        {
            if (given is not null && !Directory.Exists(Path.Combine(options.Folder, given)))
            {
                throw new UserException($"{Path.Combine(options.Folder, given)}: this folder does not exist; the dataset block of the pipeline names it");
            }
        }
    }

    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_options.Folder)));

    public IReadOnlyList<string> ClassNames { get; }

    public IReadOnlyList<EncodedImage> Images(Split split)
    {
        if (split == Split.Test && !Directory.Exists(_test))
        {
            throw new UserException(
                $"{_options.Folder} has no test images. To measure accuracy, put some into {_test}/CLASS/, or set dataset.test to the folder that contains them");
        }

        if (_labels is null)
        {
            return In(split);
        }

        var other = split == Split.Train ? Split.Test : Split.Train;
        return _labels.Apply(In(split), In(other), ClassNames);
    }

    public IReadOnlyList<DatasetFile> Files(Split split, HashCache hashes) =>
        [.. Images(split).Select(image => new DatasetFile(FormattableString.Invariant($"{image.Name} {image.Label}"), HashOf(image, hashes)))];

    public IReadOnlyList<(string Name, string Reason)> LeftOut(Split split) =>
    [
        .. FoldersOf(split).SelectMany(FilesBelow)
            .Where(file => ImageExtensions.IsUnsupportedImage(file.Extension))
            .Select(file => (Name: NameOf(file.FullName), Reason: $"not a supported format ({file.Extension.ToLowerInvariant()})"))
            .OrderBy(file => file.Name, StringComparer.Ordinal),
    ];

    /// <summary>A file that cannot be read is found by the scan, which says so; here it need only be told from one that can.</summary>
    private static string HashOf(EncodedImage image, HashCache hashes)
    {
        try
        {
            return hashes.Of(image.Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Unreadable;
        }
    }

    private string[] FoldersOf(Split split) => split == Split.Train ? [_train, _unlabeled] : [_test];

    private List<EncodedImage> In(Split split)
    {
        if (split == Split.Train)
        {
            RefuseStrangers(_train, "the classes file");
            return [.. In(_train), .. Below(_unlabeled, _ => ImageSet.Unlabeled)];
        }

        RefuseStrangers(_test, _train);
        return [.. In(_test)];
    }

    /// <summary>The folders of a split are its classes, unless a file says what is of which class.</summary>
    private void RefuseStrangers(string folder, string known)
    {
        var strangers = _labels is null ? ClassesOf(folder).Except(ClassNames, StringComparer.Ordinal).ToList() : [];
        if (strangers.Count > 0)
        {
            throw new UserException($"{folder} has classes that are not in {_options.Classes ?? known}: {string.Join(", ", strangers)}");
        }
    }

    /// <summary>The images of a split, class by class; those in no class folder have no class.</summary>
    private IEnumerable<EncodedImage> In(string folder)
    {
        var numbers = ClassNames.Select((name, number) => (name, number)).ToDictionary(pair => pair.name, pair => pair.number, StringComparer.Ordinal);
        return Below(folder, path => numbers.GetValueOrDefault(FirstPart(folder, path), ImageSet.Unlabeled))
            .OrderBy(image => image.Label == ImageSet.Unlabeled ? int.MaxValue : image.Label);
    }

    private IEnumerable<EncodedImage> Below(string folder, Func<string, int> label) => FilesBelow(folder)
        .Where(file => ImageExtensions.IsSupported(file.Extension))
        .Select(file => (file.FullName, Content: LinkedFile.Follow(file)))
        .Select(file => new EncodedImage(NameOf(file.FullName), file.FullName, 0, LengthOf(file.Content), label(file.FullName))
        {
            Changed = file.Content.LastWriteTimeUtc,
        })
        .OrderBy(image => image.Name, StringComparer.Ordinal);

    private static IEnumerable<FileInfo> FilesBelow(string folder) => !Directory.Exists(folder)
        ? []
        : new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(folder, file.FullName).Split(Path.DirectorySeparatorChar).Any(IsOfOthers));

    /// <summary>A link to nothing has no length; it is found to be unreadable later.</summary>
    private static long LengthOf(FileInfo file) => file.Exists ? file.Length : 0;

    private static string FirstPart(string folder, string path)
    {
        var relative = Path.GetRelativePath(folder, path);
        var end = relative.IndexOf(Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return end < 0 ? "" : relative[..end];
    }

    private static List<string> ClassesOf(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)!).Where(name => !IsOfOthers(name)).Order(StringComparer.Ordinal)]
        : [];

    private static bool IsOfOthers(string name) => name.StartsWith('.');

    private string NameOf(string path) =>
        Path.GetRelativePath(Path.GetFullPath(_options.Folder), path).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>Before version 0.2 the folder had the British spelling. Its images would be left out without a message.</summary>
    private void RefuseOldSpelling()
    {
        var old = Path.Combine(_options.Folder, "unlabelled");
        if (_options.Unlabeled is null && Directory.Exists(old) && !Directory.Exists(_unlabeled))
        {
            throw new UserException($"{old}: this folder has an old name; rename it to {Path.GetFileName(_unlabeled)}");
        }
    }

    /// <summary>An image must be learned from once, and none that is measured.</summary>
    private void RefuseOverlaps()
    {
        string[] folders = [_train, _unlabeled, _test];
        foreach (var (inner, outer) in folders.SelectMany(inner => folders.Where(outer => !ReferenceEquals(inner, outer)).Select(outer => (inner, outer))))
        {
            var relative = Path.GetRelativePath(outer, inner);
            if (Directory.Exists(inner) && !relative.Split(Path.DirectorySeparatorChar).Contains("..") && !Path.IsPathRooted(relative))
            {
                throw new UserException(
                    $"{inner} is inside {outer}, so its images would be used twice. Use separate folders for training, unlabeled and test images");
            }
        }
    }
}
