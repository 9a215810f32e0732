namespace Distill.Pipeline.Storage;

/// <summary>
/// The operations with which the program writes and deletes. Any of them may fail, and a process may die before, during or after any of
/// them. Tests use an implementation that does so.
/// </summary>
public interface IFileSystem
{
    /// <summary>Creates a file for writing.</summary>
    /// <exception cref="IOException">It exists already, or the disk refused.</exception>
    Stream Create(string path);

    /// <summary>Opens a file for writing at its end, or creates it.</summary>
    Stream Append(string path);

    /// <summary>Forces the data written to a stream of this file system to disk.</summary>
    void Sync(Stream stream);

    /// <summary>Forces the data of a closed file to disk.</summary>
    void SyncFile(string path);

    /// <summary>Makes creations, renames and deletions in a folder survive a power cut.</summary>
    void SyncFolder(string path);

    /// <summary>Renames a file. An existing file of the new name is replaced.</summary>
    void MoveFile(string from, string to);

    /// <summary>Renames a folder. The new name must not exist.</summary>
    void MoveFolder(string from, string to);

    /// <summary>Creates a folder whose parent exists.</summary>
    void MakeFolder(string path);

    void DeleteFile(string path);

    /// <summary>Deletes a folder with its content.</summary>
    void DeleteFolder(string path);

    /// <summary>Returns the number of bytes that this user may still write to the disk of a folder.</summary>
    long FreeBytes(string folder);
}
