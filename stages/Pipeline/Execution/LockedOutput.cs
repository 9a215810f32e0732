using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>An artifact as it was when its stage finished.</summary>
/// <param name="Path">Relative to the working folder; absolute if it lies outside.</param>
/// <param name="Sha256">Of the file, or of the folder's content, in lower-case hexadecimal.</param>
/// <param name="Bytes">Of the file, or of all files of the folder together.</param>
public sealed record LockedOutput(string Path, string Sha256, long Bytes)
{
    /// <summary>Looks at what is on the disk now.</summary>
    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    public static LockedOutput Of(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        var relative = System.IO.Path.GetRelativePath(Environment.CurrentDirectory, full);
        var stored = relative.StartsWith("..", StringComparison.Ordinal) ? full : relative;
        return Directory.Exists(full)
            ? new LockedOutput(stored, FileHash.OfFolder(full), FolderFiles.Bytes(full))
            : new LockedOutput(stored, FileHash.OfFile(full), new FileInfo(full).Length);
    }

    /// <summary>Why the artifact is no longer what it was, as the end of a sentence; null if it still is.</summary>
    /// <param name="thorough">Whether to hash it; otherwise only its length is compared.</param>
    public string? Change(bool thorough)
    {
        var isFolder = Directory.Exists(Path);
        if (!isFolder && !File.Exists(Path))
        {
            return "is missing";
        }

        var bytes = isFolder ? FolderFiles.Bytes(Path) : new FileInfo(Path).Length;
        return bytes != Bytes || (thorough && Of(Path).Sha256 != Sha256) ? "has changed on disk" : null;
    }
}
