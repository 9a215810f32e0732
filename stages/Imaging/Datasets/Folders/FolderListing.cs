using Stages.Pipeline.Options;

namespace Stages.Imaging.Datasets.Folders;

/// <summary>
/// Lists images in class folders. Everything is in ordinal order, whatever order the file system gives, so that
/// image number i is the same image on every machine.
/// </summary>
internal sealed class FolderListing
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".webp", ".bmp"];

    private readonly string _folder;

    public FolderListing(string folder)
    {
        _folder = folder;
        ClassNames = ClassesOf("train");
    }

    /// <summary>The sorted names of the folders under train/; empty where there are only unlabelled images.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    public bool HasTest => Directory.Exists(Path.Combine(_folder, "test"));

    /// <summary>The images of train/CLASS/, class by class, then all below unlabelled/.</summary>
    public IReadOnlyList<FolderFile> Train() =>
        [.. Labelled("train"), .. Images("unlabelled", SearchOption.AllDirectories, ImageSet.Unlabelled)];

    /// <summary>The images of test/CLASS/, class by class.</summary>
    /// <exception cref="UserException">A class has no folder under train/.</exception>
    public IReadOnlyList<FolderFile> Test()
    {
        var strangers = ClassesOf("test").Except(ClassNames).ToList();
        return strangers.Count == 0
            ? [.. Labelled("test")]
            : throw new UserException(
                $"{Path.Combine(_folder, "test")} has classes that {Path.Combine(_folder, "train")} lacks: {string.Join(", ", strangers)}");
    }

    private IEnumerable<FolderFile> Labelled(string split) =>
        ClassNames.SelectMany((name, label) => Images($"{split}/{name}", SearchOption.TopDirectoryOnly, label));

    private IEnumerable<FolderFile> Images(string below, SearchOption depth, int label)
    {
        var folder = Path.Combine(_folder, below);
        return !Directory.Exists(folder)
            ? []
            : Directory.EnumerateFiles(folder, "*", depth)
                .Where(path => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
                .Select(path => new FolderFile(NameOf(path), path, label))
                .OrderBy(file => file.Name, StringComparer.Ordinal);
    }

    private List<string> ClassesOf(string split)
    {
        var folder = Path.Combine(_folder, split);
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)]
            : [];
    }

    private string NameOf(string path) => Path.GetRelativePath(_folder, path).Replace(Path.DirectorySeparatorChar, '/');
}
