namespace Distill.Pipeline.Storage;

/// <summary>Compares paths of folders, without a look at the disk.</summary>
public static class FolderPaths
{
    /// <summary>Whether a path is a folder itself, or somewhere in it.</summary>
    public static bool IsInside(string path, string folder) =>
        Path.GetRelativePath(Path.GetFullPath(folder), Path.GetFullPath(path)) is var relative
        && !relative.Split('/').Contains("..") && !Path.IsPathRooted(relative);
}
