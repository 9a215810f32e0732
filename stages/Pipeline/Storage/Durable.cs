using System.Text;

namespace Distill.Pipeline.Storage;

/// <summary>
/// Writes that a crash or a power cut cannot halve: whoever looks later finds the old content or the new one,
/// whole. Data is written beside its place under a name that ends in <c>.partial</c>, synced to the disk, renamed,
/// and the folder that holds the name is synced too.
/// </summary>
public static class Durable
{
    private static readonly Disk Disk = new();
    private static readonly AsyncLocal<IFileSystem?> Given = new();

    /// <summary>Where all of the product writes: the disk, unless another was handed in.</summary>
    public static IFileSystem Files => Given.Value ?? Disk;

    /// <summary>Hands in a file system for what the caller does, and the threads and tasks that it begins, from now on; null for the disk.</summary>
    /// <remarks>Ambient, because a write is the last link of long chains: a stage, a loop, a checkpoint, a writer of one format.</remarks>
    public static void WriteThrough(IFileSystem? files) => Given.Value = files;

    /// <summary>Replaces a file, or makes it with its folder. If <paramref name="write"/> throws, the old file stays.</summary>
    public static void WriteFile(string path, Action<Stream> write)
    {
        var parent = Parent(path);
        MakeFolder(parent);
        var temporary = PartialNames.For(path);
        try
        {
            using (var stream = Files.Create(temporary))
            {
                write(stream);
                Files.Sync(stream);
            }

            Files.MoveFile(temporary, path);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }

        SyncFolder(parent);
    }

    /// <summary>Replaces a file by a text in UTF-8, without a byte order mark.</summary>
    public static void WriteText(string path, string text) => WriteFile(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes a file of a folder that <see cref="CommitFolder"/> will sync and name: half a file there is no harm.</summary>
    /// <param name="path">Nothing may be there yet.</param>
    /// <param name="write">Writes its content.</param>
    public static void WritePart(string path, Action<Stream> write)
    {
        using var stream = Files.Create(path);
        write(stream);
    }

    /// <inheritdoc cref="WritePart(string, Action{Stream})"/>
    public static void WritePart(string path, string text) => WritePart(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Makes a folder and those above it, so that a power cut cannot take them away again.</summary>
    public static void MakeFolder(string path)
    {
        if (!Directory.Exists(path))
        {
            var parent = Parent(path);
            MakeFolder(parent);
            Files.MakeFolder(path);
            SyncFolder(parent);
        }
    }

    /// <summary>A temporary name for a folder that <see cref="CommitFolder"/> will move to <paramref name="final"/>.</summary>
    public static string PartialName(string final) => PartialNames.For(Path.TrimEndingDirectorySeparator(final));

    /// <summary>Syncs every file and folder inside a finished folder, then gives it its final name.</summary>
    /// <param name="temporary">The folder as it was written, on the same file system as its final place.</param>
    /// <param name="final">Its name; nothing may be there yet.</param>
    /// <exception cref="IOException">Something is at <paramref name="final"/>, or the disk refused.</exception>
    public static void CommitFolder(string temporary, string final)
    {
        if (Path.Exists(final))
        {
            throw new IOException($"{final} already exists, so {temporary} cannot replace it");
        }

        foreach (var file in Directory.EnumerateFiles(temporary, "*", SearchOption.AllDirectories))
        {
            Files.SyncFile(file);
        }

        foreach (var folder in Directory.EnumerateDirectories(temporary, "*", SearchOption.AllDirectories))
        {
            SyncFolder(folder);
        }

        SyncFolder(temporary);
        MoveFolder(temporary, final);
    }

    /// <summary>Makes the names in a folder (what was created, renamed or deleted there) survive a power cut.</summary>
    public static void SyncFolder(string folder) => Files.SyncFolder(folder);

    /// <summary>
    /// Deletes what crashes left in this folder (not below it) under the product's own <c>.partial</c> names. Call it
    /// only where no other process can be writing.
    /// </summary>
    public static void SweepPartials(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var path in Directory.GetFileSystemEntries(folder).Where(path => PartialNames.IsOurs(Path.GetFileName(path))))
        {
            Delete(path);
        }
    }

    internal static void MoveFolder(string from, string to)
    {
        Files.MoveFolder(from, to);
        SyncFolder(Parent(to));
    }

    /// <summary>Deletes a file, or a folder with all that is in it, if there is one.</summary>
    internal static void Delete(string path)
    {
        if (Directory.Exists(path))
        {
            Files.DeleteFolder(path);
        }
        else
        {
            Files.DeleteFile(path);
        }
    }

    /// <summary>Clears away what a failure left, as far as the disk lets it: the failure itself is what the caller must hear of.</summary>
    internal static void TryDelete(string path)
    {
        try
        {
            Delete(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // The next start sweeps it.
        }
    }

    private static string Parent(string path) => Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))) ?? "/";
}
