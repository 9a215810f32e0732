using System.Runtime.InteropServices;

namespace Distill.Pipeline.Storage;

/// <summary>
/// Types and real paths of files. .NET does not tell a named pipe from a file, and the first read of a pipe without a writer never returns.
/// </summary>
public static partial class FileTypes
{
    // AT_FDCWD, AT_SYMLINK_NOFOLLOW, STATX_TYPE, and the place of stx_mode in struct statx of Linux.
    private const int WorkingFolder = -100;
    private const int NoFollow = 0x100;
    private const uint TypeOnly = 1;
    private const int StructLength = 256;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;

    /// <summary>Returns the type of the path itself, so a link is a link.</summary>
    public static FileType Of(string path)
    {
        var result = new byte[StructLength];
        if (Statx(WorkingFolder, path, NoFollow, TypeOnly, result) != 0)
        {
            return FileType.None;
        }

        return (BitConverter.ToUInt16(result, ModeOffset) & TypeMask) switch
        {
            0x8000 => FileType.Regular,
            0x4000 => FileType.Folder,
            0xA000 => FileType.Link,
            0x1000 => FileType.Pipe,
            0xC000 => FileType.Socket,
            _ => FileType.Device,
        };
    }

    /// <summary>Returns the absolute path without any link; null if it leads to nothing, or in a circle.</summary>
    public static string? RealPath(string path)
    {
        var text = RealPathNative(path, 0);
        if (text == 0)
        {
            return null;
        }

        try
        {
            return Marshal.PtrToStringUTF8(text);
        }
        finally
        {
            Free(text);
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, [Out] byte[] result);

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RealPathNative(string path, nint buffer);

    [LibraryImport("libc", EntryPoint = "free")]
    private static partial void Free(nint memory);
}
