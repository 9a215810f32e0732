namespace Distill.Pipeline.Storage;

/// <summary>
/// What the product asks of a file system in order to write and delete. Any of it may fail, and a process may die before, in and after
/// any of it: tests hand in one that does.
/// </summary>
public interface IFileSystem
{
    /// <summary>A new file, for writing.</summary>
    /// <exception cref="IOException">It is there already, or the disk refused.</exception>
    Stream Create(string path);

    /// <summary>A file to be written on at its end; made where it is not there.</summary>
    Stream Append(string path);

    /// <summary>Brings what was written to a stream of this file system to the disk.</summary>
    void Sync(Stream stream);

    /// <summary>Brings what was written to a file that is closed again to the disk.</summary>
    void SyncFile(string path);

    /// <summary>Makes the names in a folder (what was created, renamed or deleted there) survive a power cut.</summary>
    void SyncFolder(string path);

    /// <summary>Gives a file another name, in the place of a file that has it.</summary>
    void MoveFile(string from, string to);

    /// <summary>Gives a folder another name, which nothing has.</summary>
    void MoveFolder(string from, string to);

    /// <summary>Makes a folder whose parent is there.</summary>
    void MakeFolder(string path);

    void DeleteFile(string path);

    /// <summary>Deletes a folder with all that is in it.</summary>
    void DeleteFolder(string path);

    /// <summary>Bytes that this user may still write to the disk of a folder.</summary>
    long FreeBytes(string folder);
}
