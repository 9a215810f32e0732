using Distill.Datasets.Decoding;
using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Folders;

/// <summary>
/// Image files in folders: train/CLASS/**, images without a class directly in train/ or in unlabeled/**, and test/CLASS/**; or the folders
/// that replace these. Everything is in ordinal order, whatever the file system's order, so image number i is the same image on every
/// machine. Files and folders whose names begin with a dot are ignored.
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
        ClassNames = ClassFile.Read(options.Classes) ?? _labels?.ClassNames ?? ClassesOf(_train);
        RefuseOldSpelling();
        RefuseOverlaps();
        foreach (var given in new[] { options.Train, options.Unlabeled, options.Test })
        {
            if (given is not null && !Directory.Exists(Path.Combine(options.Folder, given)))
            {
                throw new UserException($"{Path.Combine(options.Folder, given)}: this folder does not exist; correct the dataset block");
            }
        }
    }

    public string Name => _options.FolderName();

    public IReadOnlyList<string> ClassNames { get; }

    public IReadOnlyList<EncodedImage> Images(Split split)
    {
        if (split == Split.Test && !Directory.Exists(_test))
        {
            throw new UserException(
                $"{_options.Folder} has no test images. To measure accuracy, put some into {_test}/CLASS/, " +
                "or set dataset.test to the folder that contains them");
        }

        if (_labels is null)
        {
            return ImagesOf(split);
        }

        var other = split == Split.Train ? Split.Test : Split.Train;
        return _labels.Apply(ImagesOf(split), ImagesOf(other), ClassNames);
    }

    public IReadOnlyList<DatasetFile> Files(Split split, HashCache hashes) =>
    [
        .. Images(split)
            .Select(image => new DatasetFile(FormattableString.Invariant($"{image.Name} {image.Label}"), HashOf(image, hashes))),
    ];

    public IReadOnlyList<(string Name, string Reason)> UnsupportedFiles(Split split) =>
    [
        .. FoldersOf(split).SelectMany(FilesBelow)
            .Where(file => ImageExtensions.IsUnsupportedImage(file.Extension))
            .Select(file => (Name: NameOf(file.FullName), Reason: $"not a supported format ({file.Extension.ToLowerInvariant()})"))
            .OrderBy(file => file.Name, StringComparer.Ordinal),
    ];

    /// <summary>Returns the hash of a file, or a fixed word if it cannot be read, which the scan reports.</summary>
    private static string HashOf(EncodedImage image, HashCache hashes)
    {
        try
        {
            return hashes.Sha256(image.Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Unreadable;
        }
    }

    private string[] FoldersOf(Split split) => split == Split.Train ? [_train, _unlabeled] : [_test];

    private List<EncodedImage> ImagesOf(Split split)
    {
        if (split == Split.Train)
        {
            RefuseUnknownClasses(_train, "the classes file");
            return [.. ImagesIn(_train), .. ImagesBelow(_unlabeled, _ => ImageSet.Unlabeled)];
        }

        RefuseUnknownClasses(_test, _train);
        return [.. ImagesIn(_test)];
    }

    /// <summary>Refuses class folders that are not among the classes, unless a label file gives the classes.</summary>
    private void RefuseUnknownClasses(string folder, string known)
    {
        var unknown = _labels is null ? ClassesOf(folder).Except(ClassNames, StringComparer.Ordinal).ToList() : [];
        if (unknown.Count > 0)
        {
            throw new UserException($"{folder} has classes that are not in {_options.Classes ?? known}: {string.Join(", ", unknown)}");
        }
    }

    /// <summary>Lists the images in a folder, class by class. Images outside of class folders come last and have no class.</summary>
    private IEnumerable<EncodedImage> ImagesIn(string folder)
    {
        var numbers = ClassNames.Select((name, number) => (name, number))
            .ToDictionary(pair => pair.name, pair => pair.number, StringComparer.Ordinal);
        return ImagesBelow(folder, path => numbers.GetValueOrDefault(FirstPart(folder, path), ImageSet.Unlabeled))
            .OrderBy(image => image.Label == ImageSet.Unlabeled ? int.MaxValue : image.Label);
    }

    private IEnumerable<EncodedImage> ImagesBelow(string folder, Func<string, int> label) => FilesBelow(folder)
        .Where(file => ImageExtensions.IsSupported(file.Extension))
        .Select(file => (file.FullName, Content: LinkedFile.Follow(file)))
        .Select(file => new EncodedImage(NameOf(file.FullName), file.FullName, 0, LengthOf(file.Content), label(file.FullName))
        {
            LastWriteTime = file.Content.LastWriteTimeUtc,
        })
        .OrderBy(image => image.Name, StringComparer.Ordinal);

    private static IEnumerable<FileInfo> FilesBelow(string folder) => !Directory.Exists(folder)
        ? []
        : new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(folder, file.FullName).Split(Path.DirectorySeparatorChar).Any(IsHidden));

    /// <summary>Returns 0 for a link without a target, which the scan later reports as unreadable.</summary>
    private static long LengthOf(FileInfo file) => file.Exists ? file.Length : 0;

    private static string FirstPart(string folder, string path)
    {
        var relative = Path.GetRelativePath(folder, path);
        var end = relative.IndexOf(Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return end < 0 ? "" : relative[..end];
    }

    private static List<string> ClassesOf(string folder) => Directory.Exists(folder)
        ?
        [
            .. Directory.EnumerateDirectories(folder)
                .Select(path => Path.GetFileName(path)!)
                .Where(name => !IsHidden(name))
                .Order(StringComparer.Ordinal),
        ]
        : [];

    private static bool IsHidden(string name) => name.StartsWith('.');

    private string NameOf(string path) =>
        Path.GetRelativePath(Path.GetFullPath(_options.Folder), path).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>Refuses the folder name of versions before 0.2. Its images would be ignored without a message.</summary>
    private void RefuseOldSpelling()
    {
        var old = Path.Combine(_options.Folder, "unlabelled");
        if (_options.Unlabeled is null && Directory.Exists(old) && !Directory.Exists(_unlabeled))
        {
            throw new UserException($"{old}: this folder has an old name; rename it to {Path.GetFileName(_unlabeled)}");
        }
    }

    /// <summary>Refuses nested folders, because an image must not be learned from twice, nor be in both splits.</summary>
    private void RefuseOverlaps()
    {
        string[] folders = [_train, _unlabeled, _test];
        var pairs = folders.SelectMany(inner => folders.Where(outer => !ReferenceEquals(inner, outer)).Select(outer => (inner, outer)));
        foreach (var (inner, outer) in pairs)
        {
            var relative = Path.GetRelativePath(outer, inner);
            if (Directory.Exists(inner) && !relative.Split(Path.DirectorySeparatorChar).Contains("..") && !Path.IsPathRooted(relative))
            {
                throw new UserException(
                    $"{inner} is inside {outer}, so its images would be used twice. " +
                    "Use separate folders for training, unlabeled and test images");
            }
        }
    }
}
