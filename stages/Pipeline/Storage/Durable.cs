using System.Text;

namespace Distill.Pipeline.Storage;

/// <summary>
/// Writes files and folders so that a crash or power cut leaves either the old or the new content, never a part. Data is written beside its
/// final place under a name that ends in <c>.partial</c>, synced to disk and renamed. Then the folder with the name is synced too.
/// </summary>
public static class Durable
{
    private static readonly Disk Disk = new();
    private static readonly AsyncLocal<IFileSystem?> Current = new();

    /// <summary>File system that the whole program writes to: the disk, unless a test set another one.</summary>
    public static IFileSystem Files => Current.Value ?? Disk;

    /// <summary>Sets the file system for the caller and for threads and tasks that it starts from now on; null for the disk.</summary>
    /// <remarks>Ambient, because a write ends a long chain of calls: stage, training loop, checkpoint store, writer of a format.</remarks>
    public static void UseFileSystem(IFileSystem? files) => Current.Value = files;

    /// <summary>Replaces a file, or creates it with its folder. If <paramref name="write"/> throws, the old file stays.</summary>
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

    /// <summary>Replaces a file by text in UTF-8, without a byte order mark.</summary>
    public static void WriteText(string path, string text) => WriteFile(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes a new file into a folder that <see cref="CommitFolder"/> will sync and rename.</summary>
    /// <param name="path">Path of the file, which must not exist yet.</param>
    /// <param name="write">Writes its content.</param>
    public static void WritePart(string path, Action<Stream> write)
    {
        using var stream = Files.Create(path);
        write(stream);
    }

    /// <inheritdoc cref="WritePart(string, Action{Stream})"/>
    public static void WritePart(string path, string text) => WritePart(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Creates a folder and its parents so that they survive a power cut.</summary>
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

    /// <summary>Returns a temporary name for a folder that <see cref="CommitFolder"/> will move to <paramref name="final"/>.</summary>
    public static string PartialName(string final) => PartialNames.For(Path.TrimEndingDirectorySeparator(final));

    /// <summary>Syncs every file and folder inside a finished folder, then gives it its final name.</summary>
    /// <param name="temporary">Folder as it was written, on the same file system as its final place.</param>
    /// <param name="final">Final path, which must not exist yet.</param>
    /// <exception cref="IOException"><paramref name="final"/> exists, or the disk refused.</exception>
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

    /// <summary>Makes creations, renames and deletions in a folder survive a power cut.</summary>
    public static void SyncFolder(string folder) => Files.SyncFolder(folder);

    /// <summary>
    /// Deletes leftovers of crashes in this folder (not below it), which have this program's own <c>.partial</c> names. Call it only while
    /// no other process can be writing there.
    /// </summary>
    public static void SweepPartials(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var path in Directory.GetFileSystemEntries(folder).Where(path => PartialNames.IsPartial(Path.GetFileName(path))))
        {
            Delete(path);
        }
    }

    /// <summary>Renames a file so that the new name survives a power cut. An existing file of that name is replaced.</summary>
    public static void MoveFile(string from, string to)
    {
        Files.MoveFile(from, to);

        // The new name first: without it, a disk that lost the old name would have lost the file.
        SyncFolder(Parent(to));
        if (Parent(from) != Parent(to))
        {
            SyncFolder(Parent(from));
        }
    }

    internal static void MoveFolder(string from, string to)
    {
        Files.MoveFolder(from, to);
        SyncFolder(Parent(to));
    }

    /// <summary>Deletes a file, or a folder with its content, if it exists.</summary>
    public static void Delete(string path)
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

    /// <summary>Deletes the leftovers of a failure if possible. Errors are ignored, so that the caller sees the failure itself.</summary>
    internal static void TryDelete(string path)
    {
        try
        {
            Delete(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // The next run deletes it.
        }
    }

    private static string Parent(string path) => Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))) ?? "/";
}
