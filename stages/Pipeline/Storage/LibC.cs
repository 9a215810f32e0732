using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Distill.Pipeline.Storage;

/// <summary>The Linux calls that .NET does not offer: folders can be opened and synced, files read under another's lock.</summary>
internal static partial class LibC
{
    private const int ReadOnly = 0;
    private const int Folder = 0x10000;
    private const int CloseOnExec = 0x80000;
    private const int InvalidArgument = 22;

    /// <summary>Opens a file for reading without asking for the advisory lock that .NET takes by itself.</summary>
    public static SafeFileHandle OpenFile(string path) => Open(path, ReadOnly | CloseOnExec);

    /// <exception cref="IOException">The folder cannot be opened, or the disk refused.</exception>
    public static void SyncFolder(string path)
    {
        using var folder = Open(path, ReadOnly | Folder | CloseOnExec);

        // Some network file systems have no fsync for folders and say "invalid argument": they order renames themselves.
        if (FSync(folder) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
        {
            throw Failure(path);
        }
    }

    private static SafeFileHandle Open(string path, int flags)
    {
        var handle = OpenNative(path, flags);
        return handle.IsInvalid ? throw Failure(path) : handle;
    }

    private static IOException Failure(string path) => new($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenNative(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle handle);
}
