namespace Distill.Pipeline.Storage;

/// <summary>The files below a folder.</summary>
internal static class FolderFiles
{
    /// <summary>Paths relative to the folder, '/' between their parts, in ordinal order.</summary>
    public static IReadOnlyList<string> Names(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Whether a relative path stays below the folder.</summary>
    public static bool IsInside(string folder, string name)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        return !name.Contains('\0', StringComparison.Ordinal) && Path.GetFullPath(name, root).StartsWith(root, StringComparison.Ordinal);
    }

    /// <summary>What all files take together.</summary>
    public static long Bytes(string folder) =>
        Names(folder).Sum(name => new FileInfo(Path.Combine(folder, name)).Length);

    /// <summary>The same, and 0 where there is no such folder.</summary>
    public static long BytesBelow(string folder) => Directory.Exists(folder) ? Bytes(folder) : 0;
}
