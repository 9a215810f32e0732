using Distill.Datasets.Encoded;
using Distill.Datasets.Files;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Folders;

/// <summary>
/// Image files in folders: train/CLASS/**, images without a class directly in train/ or in unlabeled/**, and test/CLASS/**; or the folders
/// that replace these. Everything is in ordinal order, whatever the file system's order, so image number i is the same image on every
/// machine. <see cref="ImageFiles"/> decides which files count. A label file decides before the folder; an image that it does not list has
/// the class of its folder.
/// </summary>
internal sealed class FolderListing : IListing
{
    private const string Unreadable = "unreadable";

    private readonly DatasetOptions _options;
    private readonly SplitFolders _folders;
    private readonly LabelFile? _labels;
    private readonly Lazy<IReadOnlySet<string>> _listed;
    private readonly Dictionary<Split, IReadOnlyList<EncodedImage>> _hashed = [];

    public FolderListing(DatasetOptions options)
    {
        _options = options;
        _folders = new SplitFolders(options);
        _labels = options.Labels is { } labels ? LabelFile.Read(labels) : null;
        _listed = new Lazy<IReadOnlySet<string>>(Listed);
        ClassNames = ClassFile.Read(options.Classes)
            ?? [.. ClassFolders(_folders.TrainFiles).Union(_labels?.ClassNames ?? []).Order(StringComparer.Ordinal)];
    }

    public string Name => _options.FolderName();

    public IReadOnlyList<string> ClassNames { get; }

    public IReadOnlyList<EncodedImage> Images(Split split)
    {
        if (_hashed.TryGetValue(split, out var hashed))
        {
            return hashed;
        }

        if (split == Split.Test && !Directory.Exists(_folders.Test))
        {
            throw new UserException(
                $"{_options.Folder} has no test images. To measure accuracy, put some into {_folders.Test}/CLASS/, " +
                "set dataset.test to the folder that contains them, or set dataset.testFraction to hold out some of the labeled images");
        }

        if (_labels is null)
        {
            return ImagesOf(split);
        }

        var other = split == Split.Train ? Split.Test : Split.Train;
        return _labels.Apply(ImagesOf(split), ImagesOf(other), ClassNames);
    }

    public IReadOnlyList<DatasetFile> Files(Split split, HashCache hashes)
    {
        var images = Images(split);
        hashes.Prepare([.. images.Select(image => image.Path)], areImages: true);
        var files = images.Select(image => (Image: image, Hash: HashOf(image, hashes))).ToList();
        _hashed[split] = files.ConvertAll(file => file.Hash == Unreadable
            ? file.Image
            : file.Image with { Sha256 = Convert.FromHexString(file.Hash) });
        return files.ConvertAll(file =>
            new DatasetFile(FormattableString.Invariant($"{file.Image.Name} {file.Image.Label}"), file.Hash)
            {
                PathWithoutLabels = file.Image.Name,
            });
    }

    public IReadOnlyList<(string Name, string Reason)> SkippedFiles(Split split) => split == Split.Train
        ?
        [
            .. SkippedIn(_folders.Train, _folders.TrainFiles),
            .. SkippedIn(_folders.Unlabeled, _folders.UnlabeledFiles),
            .. _folders.Unread(),
        ]
        : [.. SkippedIn(_folders.Test, _folders.TestFiles)];

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

    private IEnumerable<(string Name, string Reason)> SkippedIn(string folder, ImageFiles files) =>
        files.Skipped.Select(file => (NameOf(Path.Combine(Path.GetFullPath(folder), file.Name)), file.Reason));

    private List<EncodedImage> ImagesOf(Split split)
    {
        if (split == Split.Train)
        {
            RefuseUnknownClasses(_folders.Train, _folders.TrainFiles);
            return
            [
                .. ImagesIn(_folders.TrainFiles),
                .. _folders.UnlabeledFiles.Images.Select(file => ImageOf(file, ImageSet.Unlabeled)),
            ];
        }

        RefuseUnknownClasses(_folders.Test, _folders.TestFiles);
        return [.. ImagesIn(_folders.TestFiles)];
    }

    /// <summary>Returns the folders that are classes: all, but with a label file only those with an image that it does not list.</summary>
    private IEnumerable<string> ClassFolders(ImageFiles files)
    {
        if (_labels is null)
        {
            return files.Folders;
        }

        var unlisted = files.Images.Where(file => !_listed.Value.Contains(NameOf(file.Path)))
            .Select(file => FirstPart(file.Name)).ToHashSet(StringComparer.Ordinal);
        return files.Folders.Where(unlisted.Contains);
    }

    /// <summary>Returns the names of the images that the label file lists.</summary>
    private IReadOnlySet<string> Listed() =>
        _labels!.Listed([.. new[] { _folders.TrainFiles, _folders.UnlabeledFiles, _folders.TestFiles }
            .SelectMany(files => files.Images).Select(file => NameOf(file.Path))]);

    /// <summary>Refuses class folders that are not among the classes.</summary>
    private void RefuseUnknownClasses(string folder, ImageFiles files)
    {
        var unknown = ClassFolders(files).Except(ClassNames, StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            var known = _options.Classes ?? (_labels is null ? _folders.Train : $"{_folders.Train} or {_options.Labels}");
            var names = unknown.Select(name => LookAlike.Note(name, ClassNames) is { Length: > 0 } note ? $"\"{name}\"{note}" : name);
            throw new UserException($"{folder} has classes that are not in {known}: {string.Join(", ", names)}");
        }
    }

    /// <summary>Lists the images in a folder, class by class. Images outside of class folders come last and have no class.</summary>
    private IEnumerable<EncodedImage> ImagesIn(ImageFiles files)
    {
        var numbers = ClassNames.Select((name, number) => (name, number))
            .ToDictionary(pair => pair.name, pair => pair.number, StringComparer.Ordinal);
        return files.Images.Select(file => ImageOf(file, numbers.GetValueOrDefault(FirstPart(file.Name), ImageSet.Unlabeled)))
            .OrderBy(image => image.Label == ImageSet.Unlabeled ? int.MaxValue : image.Label);
    }

    private EncodedImage ImageOf(FoundFile file, int label)
    {
        var content = new FileInfo(file.RealPath);
        return new EncodedImage(NameOf(file.Path), file.Path, 0, content.Exists ? content.Length : 0, label)
        {
            LastWriteTime = content.LastWriteTimeUtc,
        };
    }

    private static string FirstPart(string name)
    {
        var end = name.IndexOf('/', StringComparison.Ordinal);
        return end < 0 ? "" : name[..end];
    }

    private string NameOf(string path) =>
        Path.GetRelativePath(Path.GetFullPath(_options.Folder), path).Replace(Path.DirectorySeparatorChar, '/');
}
