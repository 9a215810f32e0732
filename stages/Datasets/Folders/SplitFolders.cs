using Distill.Datasets.Files;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Folders;

/// <summary>
/// The folders of training, unlabeled and test images. No image is in two of them. Each is listed once, when it is needed.
/// </summary>
internal sealed class SplitFolders
{
    private const string NoSplit = "a folder of images that belongs to no split; set dataset.train, dataset.unlabeled or dataset.test";

    private readonly DatasetOptions _options;
    private readonly Lazy<ImageFiles> _trainFiles;
    private readonly Lazy<ImageFiles> _unlabeledFiles;
    private readonly Lazy<ImageFiles> _testFiles;

    /// <exception cref="UserException">A configured folder does not exist, or two folders overlap.</exception>
    public SplitFolders(DatasetOptions options)
    {
        _options = options;
        Train = options.Train == "." ? options.Folder : Path.Combine(options.Folder, options.Train ?? "train");
        Unlabeled = Path.Combine(options.Folder, options.Unlabeled ?? "unlabeled");
        Test = Path.Combine(options.Folder, options.Test ?? "test");
        RefuseOldSpelling();
        RefuseOverlaps();
        foreach (var given in new[] { options.Train, options.Unlabeled, options.Test })
        {
            if (given is not null && !Directory.Exists(Path.Combine(options.Folder, given)))
            {
                throw new UserException($"{Path.Combine(options.Folder, given)}: this folder does not exist; correct the dataset block");
            }
        }

        if (options.TestFraction is not null && Directory.Exists(Test))
        {
            throw new UserException($"{Test}: this folder has test images, but dataset.testFraction holds out others; remove one of both");
        }

        _trainFiles = new Lazy<ImageFiles>(() => ImageFiles.Below(Train));
        _unlabeledFiles = new Lazy<ImageFiles>(() => Without(ImageFiles.Below(Unlabeled), TrainFiles));
        _testFiles = new Lazy<ImageFiles>(() => Checked(ImageFiles.Below(Test)));
    }

    public string Train { get; }

    public string Unlabeled { get; }

    public string Test { get; }

    public ImageFiles TrainFiles => _trainFiles.Value;

    /// <summary>Files that are not among those of training.</summary>
    public ImageFiles UnlabeledFiles => _unlabeledFiles.Value;

    /// <exception cref="UserException">A link makes an image of training a test image.</exception>
    public ImageFiles TestFiles => _testFiles.Value;

    /// <summary>
    /// Finds folders with images beside those of the splits, such as val/, which nothing reads. Name and reason of each; none if the option
    /// train names another folder, since then the others may be of anything.
    /// </summary>
    public IReadOnlyList<(string Name, string Reason)> Unread() => _options.Train is not null || !Directory.Exists(_options.Folder) ? [] :
    [
        .. Directory.GetDirectories(_options.Folder)
            .Where(folder => IgnoredNames.Reason(Path.GetFileName(folder)) is null)
            .Where(folder => !new[] { Train, Unlabeled, Test }.Any(split => AreNested(split, folder)))
            .Order(StringComparer.Ordinal)
            .Select(folder => (Name: Path.GetFileName(folder) + "/", Images: ImageFiles.Below(folder).Images.Count))
            .Where(found => found.Images > 0)
            .Select(found => (found.Name, NoSplit)),
    ];

    private static bool AreNested(string one, string other) =>
        FolderPaths.IsInside(RealOf(one), RealOf(other)) || FolderPaths.IsInside(RealOf(other), RealOf(one));

    private static string RealOf(string path) => FileTypes.RealPath(path) ?? Path.GetFullPath(path);

    /// <summary>Refuses the folder name of versions before 0.2. Its images would be ignored without a message.</summary>
    private void RefuseOldSpelling()
    {
        var old = Path.Combine(_options.Folder, "unlabelled");
        if (_options.Unlabeled is null && Directory.Exists(old) && !Directory.Exists(Unlabeled))
        {
            throw new UserException($"{old}: this folder has an old name; rename it to {Path.GetFileName(Unlabeled)}");
        }
    }

    /// <summary>Refuses nested folders, because an image must not be learned from twice, nor be in both splits.</summary>
    private void RefuseOverlaps()
    {
        var folders = new[] { Train, Unlabeled, Test }
            .Select((path, index) => (Path: path, Real: RealOf(path), Index: index))
            .ToArray();
        var pairs = folders.SelectMany(inner => folders.Where(outer => inner.Index != outer.Index).Select(outer => (inner, outer)));
        foreach (var (inner, outer) in pairs)
        {
            if (Directory.Exists(inner.Path) && FolderPaths.IsInside(inner.Real, outer.Real))
            {
                var relation = inner.Real == outer.Real ? "is the same folder as" : "is inside";
                throw new UserException(
                    $"{inner.Path} {relation} {outer.Path}, so its images would be used twice. " +
                    "Use separate folders for training, unlabeled and test images");
            }
        }
    }

    // Without links, files of folders that do not overlap are different files.
    private static ImageFiles Without(ImageFiles files, ImageFiles others)
    {
        if (!files.HasLinks && !others.HasLinks)
        {
            return files;
        }

        var taken = others.Images.Select(file => file.RealPath).ToHashSet(StringComparer.Ordinal);
        return files with
        {
            Images = [.. files.Images.Where(file => !taken.Contains(file.RealPath))],
            Skipped =
            [
                .. files.Skipped,
                .. files.Images.Where(file => taken.Contains(file.RealPath))
                    .Select(file => (file.Name, "a link to a file that is listed as a labeled image already")),
            ],
        };
    }

    private ImageFiles Checked(ImageFiles files)
    {
        foreach (var others in new[] { TrainFiles, UnlabeledFiles }.Where(others => files.HasLinks || others.HasLinks))
        {
            var taken = others.Images.ToDictionary(file => file.RealPath, file => file.Path, StringComparer.Ordinal);
            if (files.Images.FirstOrDefault(file => taken.ContainsKey(file.RealPath)) is { } shared)
            {
                throw new UserException(
                    $"{shared.Path} and {taken[shared.RealPath]} are the same file, by a link. " +
                    "Remove one of them: a test image must not be a training image");
            }
        }

        return files;
    }
}
