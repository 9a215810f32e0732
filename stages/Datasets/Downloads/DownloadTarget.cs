using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Downloads;

/// <summary>
/// The file that a download fills: "PATH.partial" until its content is proven by its hash, PATH afterwards.
/// </summary>
/// <param name="Path">Where the finished file belongs.</param>
/// <param name="Sha256">64 hexadecimal digits.</param>
/// <param name="Length">In bytes, where it is known.</param>
internal sealed record DownloadTarget(string Path, string Sha256, long? Length)
{
    public string Partial => Path + ".partial";

    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Bytes that earlier attempts left.</summary>
    public long Received => File.Exists(Partial) ? new FileInfo(Partial).Length : 0;

    public bool IsDone => File.Exists(Path) && Matches(Path);

    /// <summary>Moves the partial file to its place if its content is right.</summary>
    /// <returns>Null when it did, else what is wrong.</returns>
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

        // On disk before it has its name, so that a crash never leaves a file that only looks whole.
        Durable.Files.SyncFile(Partial);
        Durable.Files.MoveFile(Partial, Path);
        Durable.SyncFolder(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!);
        return null;
    }

    public void Discard() => File.Delete(Partial);

    /// <summary>The partial file, for writing from <paramref name="start"/> on; what lies behind is cut off.</summary>
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
