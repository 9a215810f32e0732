using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Distill.Pipeline.Storage;

/// <summary>Linux calls that .NET does not offer: sync a folder, and read a file that another process has locked.</summary>
internal static partial class LibC
{
    // O_RDONLY, O_DIRECTORY, O_CLOEXEC and EINVAL of Linux on x64.
    private const int ReadOnly = 0;
    private const int Folder = 0x10000;
    private const int CloseOnExec = 0x80000;
    private const int InvalidArgument = 22;

    /// <summary>Opens a file for reading without the advisory lock that .NET takes.</summary>
    public static SafeFileHandle OpenFile(string path) => Open(path, ReadOnly | CloseOnExec);

    /// <summary>Makes creations, renames and deletions in a folder survive a power cut.</summary>
    /// <exception cref="IOException">The folder cannot be opened, or the disk refused.</exception>
    public static void SyncFolder(string path)
    {
        using var folder = Open(path, ReadOnly | Folder | CloseOnExec);

        // Some network file systems have no fsync for folders and report "invalid argument". They order renames themselves.
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
