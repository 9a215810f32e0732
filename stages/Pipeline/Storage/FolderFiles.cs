namespace Distill.Pipeline.Storage;

/// <summary>Lists and measures the files below a folder.</summary>
internal static class FolderFiles
{
    /// <summary>Lists the paths of all files, relative to the folder and with '/', in ordinal order.</summary>
    public static IReadOnlyList<string> Names(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Whether a path, relative to the folder or absolute, lies below the folder.</summary>
    public static bool IsInside(string folder, string name)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        return !name.Contains('\0', StringComparison.Ordinal) && Path.GetFullPath(name, root).StartsWith(root, StringComparison.Ordinal);
    }

    /// <summary>Returns the total size of all files.</summary>
    public static long Bytes(string folder) =>
        Names(folder).Sum(name => new FileInfo(Path.Combine(folder, name)).Length);

    /// <summary>Returns the total size of all files; 0 if the folder does not exist.</summary>
    public static long BytesBelow(string folder) => Directory.Exists(folder) ? Bytes(folder) : 0;
}
