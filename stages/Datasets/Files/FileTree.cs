using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Files;

/// <summary>
/// The files below a folder, each once. It is the only place that decides which files of the user's folders count. Links are followed,
/// after everything else is listed, and a link to a listed file or folder is skipped. So the result is the same on every machine.
/// </summary>
internal sealed class FileTree
{
    private readonly Func<string, bool> _wanted;
    private readonly string _realRoot;
    private readonly List<FoundFile> _files = [];
    private readonly List<FoundFile> _others = [];
    private readonly List<(string Name, string Reason)> _skipped = [];
    private readonly SortedDictionary<string, string> _links = new(StringComparer.Ordinal);
    private readonly HashSet<string> _listed = new(StringComparer.Ordinal);

    private FileTree(string folder, Func<string, bool> wanted)
    {
        _wanted = wanted;
        _realRoot = FileTypes.RealPath(folder) ?? folder;
        Walk(folder, _realRoot, "");
        while (_links.Count > 0)
        {
            var (name, path) = _links.First();
            _links.Remove(name);
            HasLinks = true;
            Follow(name, path);
        }

        Files = [.. _files.OrderBy(file => file.Name, StringComparer.Ordinal)];
        Others = [.. _others.OrderBy(file => file.Name, StringComparer.Ordinal)];
        Skipped = [.. _skipped.OrderBy(file => file.Name, StringComparer.Ordinal)];
    }

    /// <summary>The files that are wanted, in ordinal order of their names.</summary>
    public IReadOnlyList<FoundFile> Files { get; }

    /// <summary>Regular files that are not wanted.</summary>
    public IReadOnlyList<FoundFile> Others { get; }

    /// <summary>Name and reason of each file and folder that is skipped, whatever its extension. A folder's name ends with '/'.</summary>
    public IReadOnlyList<(string Name, string Reason)> Skipped { get; }

    /// <summary>Names of the folders directly below the folder.</summary>
    public SortedSet<string> Folders { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the folder contains links, so that its files may be elsewhere.</summary>
    public bool HasLinks { get; private set; }

    /// <summary>Lists a folder, which is empty if it does not exist.</summary>
    /// <param name="folder">Folder to list.</param>
    /// <param name="wanted">Whether a file with this name is wanted.</param>
    /// <exception cref="UserException">The folder itself cannot be read.</exception>
    public static FileTree Read(string folder, Func<string, bool> wanted) => new(Path.GetFullPath(folder), wanted);

    private void Walk(string path, string realPath, string name)
    {
        if (!Directory.Exists(path) || !_listed.Add(realPath + "/"))
        {
            return;
        }

        try
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal))
            {
                var last = Path.GetFileName(entry);
                var realEntry = realPath.TrimEnd('/') + "/" + last;
                Add(name + last, entry, realEntry == entry ? entry : realEntry);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var reason = ReadFailure.Reason(error);
            if (name.Length == 0)
            {
                throw new UserException($"{path}: this folder cannot be read: {reason}");
            }

            _skipped.Add((name, $"cannot be read: {reason}"));
        }
    }

    private void Add(string name, string path, string realPath)
    {
        var type = FileTypes.Of(path);
        if (IgnoredNames.Reason(Path.GetFileName(path)) is { } reason)
        {
            _skipped.Add(type == FileType.Folder ? (name + "/", reason) : (name, reason));
        }
        else if (type == FileType.Folder)
        {
            AddFolder(name, path, realPath);
        }
        else if (type == FileType.Link)
        {
            _links.Add(name, path);
        }
        else
        {
            AddFile(name, path, realPath, type);
        }
    }

    private void AddFolder(string name, string path, string realPath)
    {
        if (!name.Contains('/', StringComparison.Ordinal))
        {
            Folders.Add(name);
        }

        Walk(path, realPath, name + "/");
    }

    private void AddFile(string name, string path, string realPath, FileType type)
    {
        if (type != FileType.Regular)
        {
            _skipped.Add((name, type switch
            {
                FileType.Pipe => "a named pipe, not a file",
                FileType.Socket => "a socket, not a file",
                FileType.Device => "a device, not a file",
                _ => "cannot be read: its name is not valid UTF-8, or it is gone",
            }));
        }
        else if (!_wanted(name))
        {
            _others.Add(new FoundFile(name, path, realPath));
        }
        else if (_listed.Add(realPath))
        {
            _files.Add(new FoundFile(name, path, realPath));
        }
        else
        {
            _skipped.Add((name, "a link to a file that is listed already"));
        }
    }

    private void Follow(string name, string path)
    {
        if (FileTypes.RealPath(path) is not { } target)
        {
            _skipped.Add((name, "cannot be read: a link to nothing"));
            return;
        }

        var type = FileTypes.Of(target);
        if (type != FileType.Folder)
        {
            AddFile(name, path, target, type);
        }
        else if (_listed.Contains(target + "/"))
        {
            _skipped.Add((name, "a link to a folder that is listed already"));
        }
        else if (_realRoot.StartsWith(target.TrimEnd('/') + "/", StringComparison.Ordinal))
        {
            _skipped.Add((name, "a link to a folder around this one"));
        }
        else
        {
            AddFolder(name, path, target);
        }
    }
}
