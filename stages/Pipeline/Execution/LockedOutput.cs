using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>An artifact as it was when its stage finished.</summary>
/// <param name="Path">Path relative to the working folder, or absolute if it lies outside.</param>
/// <param name="Sha256">Hash of the file or of the folder's content, in lower-case hexadecimal.</param>
/// <param name="Bytes">Size of the file, or of all files in the folder.</param>
public sealed record LockedOutput(string Path, string Sha256, long Bytes)
{
    /// <summary>Hashes and measures a file or folder on disk.</summary>
    /// <exception cref="FileNotFoundException">The path does not exist.</exception>
    public static LockedOutput FromDisk(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        var relative = System.IO.Path.GetRelativePath(Environment.CurrentDirectory, full);
        var stored = relative.StartsWith("..", StringComparison.Ordinal) ? full : relative;
        return Directory.Exists(full)
            ? new LockedOutput(stored, FileHash.OfFolder(full), FolderFiles.Bytes(full))
            : new LockedOutput(stored, FileHash.OfFile(full), new FileInfo(full).Length);
    }

    /// <summary>Describes how the artifact differs from the one on disk, as the end of a sentence; null if it does not.</summary>
    /// <param name="thorough">Whether to compare hashes; otherwise only sizes are compared.</param>
    public string? FindChange(bool thorough)
    {
        var isFolder = Directory.Exists(Path);
        if (!isFolder && !File.Exists(Path))
        {
            return "is missing";
        }

        var bytes = isFolder ? FolderFiles.Bytes(Path) : new FileInfo(Path).Length;
        return bytes != Bytes || (thorough && FromDisk(Path).Sha256 != Sha256) ? "has changed on disk" : null;
    }
}
