namespace Stages.Pipeline.Storage;

/// <summary>
/// Writes that a crash or a power cut cannot halve: whoever looks later finds the old content or the new one,
/// whole. Data is written beside its place under a name that ends in <c>.partial</c>, synced to the disk, renamed,
/// and the folder that holds the name is synced too.
/// </summary>
public static class Durable
{
    /// <summary>Replaces a file, or makes it with its folder. If <paramref name="write"/> throws, the old file stays.</summary>
    public static void WriteFile(string path, Action<Stream> write)
    {
        var parent = Parent(path);
        MakeFolder(parent);
        var temporary = PartialNames.For(path);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        SyncFolder(parent);
    }

    /// <summary>Replaces a file by a text in UTF-8, without a byte order mark.</summary>
    public static void WriteText(string path, string text) => WriteFile(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        writer.Write(text);
    });

    /// <summary>Makes a folder and those above it, so that a power cut cannot take them away again.</summary>
    public static void MakeFolder(string path)
    {
        if (!Directory.Exists(path))
        {
            var parent = Parent(path);
            MakeFolder(parent);
            Directory.CreateDirectory(path);
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
            throw new IOException($"{final} exists already, so {temporary} cannot take its place");
        }

        foreach (var file in Directory.EnumerateFiles(temporary, "*", SearchOption.AllDirectories))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
            stream.Flush(flushToDisk: true);
        }

        foreach (var folder in Directory.EnumerateDirectories(temporary, "*", SearchOption.AllDirectories))
        {
            SyncFolder(folder);
        }

        SyncFolder(temporary);
        MoveFolder(temporary, final);
    }

    /// <summary>Makes the names in a folder (what was created, renamed or deleted there) survive a power cut.</summary>
    public static void SyncFolder(string folder) => LibC.SyncFolder(folder);

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
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }
    }

    internal static void MoveFolder(string from, string to)
    {
        Directory.Move(from, to);
        SyncFolder(Parent(to));
    }

    private static string Parent(string path) => Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))) ?? "/";
}
