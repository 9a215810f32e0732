using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Downloads;

/// <summary>The file that a download fills: "PATH.partial" until its hash is verified, PATH afterwards.</summary>
/// <param name="Path">Path of the finished file.</param>
/// <param name="Sha256">Expected hash, 64 hexadecimal digits.</param>
/// <param name="Length">Expected length in bytes; null if unknown.</param>
internal sealed record DownloadTarget(string Path, string Sha256, long? Length)
{
    public string Partial => Path + ".partial";

    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Length of the partial file, from earlier attempts.</summary>
    public long Received => File.Exists(Partial) ? new FileInfo(Partial).Length : 0;

    public bool IsDone => File.Exists(Path) && Matches(Path);

    /// <summary>Moves the partial file to its place if its content is right.</summary>
    /// <returns>Null after success; otherwise what is wrong.</returns>
    public string? Commit()
    {
        if (Length is { } length && Received != length)
        {
            return $"found {Received} bytes, expected {length}";
        }

        if (!Matches(Partial))
        {
            return $"the SHA-256 of its {Received} bytes is not {Sha256}";
        }

        // Synced before it gets its name, so a crash never leaves a file that only looks complete.
        Durable.Files.SyncFile(Partial);
        Durable.MoveFile(Partial, Path);
        return null;
    }

    public void Discard() => File.Delete(Partial);

    /// <summary>Opens the partial file for writing at <paramref name="start"/>, and truncates it there.</summary>
    /// <exception cref="UserException">The folder cannot be written.</exception>
    public FileStream OpenAt(long start)
    {
        try
        {
            var file = new FileStream(Partial, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
            file.SetLength(start);
            file.Position = start;
            return file;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{Partial} cannot be written: {error.Message}");
        }
    }

    private bool Matches(string path) =>
        string.Equals(FileHash.OfFile(path), Sha256, StringComparison.OrdinalIgnoreCase);
}
