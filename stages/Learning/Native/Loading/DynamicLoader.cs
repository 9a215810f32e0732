using System.Runtime.InteropServices;

namespace Distill.Learning.Native.Loading;

/// <summary>Calls dlopen, with the loader's error message and the choice to resolve every function at once.</summary>
internal static partial class DynamicLoader
{
    private const int Lazy = 1;
    private const int Now = 2;

    /// <summary>Opens a library, and returns its handle or 0. A library that is already open has the same handle.</summary>
    /// <param name="path">The full path of the library.</param>
    /// <param name="resolveAll">Whether every function that the library needs must exist now, and not only when it is first called.</param>
    /// <param name="reason">The loader's error message; empty for none.</param>
    public static nint Open(string path, bool resolveAll, out string reason)
    {
        // Clears an older message. It also resolves dlerror, since resolving it after dlopen would clear the message of dlopen.
        _ = Error();
        var handle = Open(path, resolveAll ? Now : Lazy);
        reason = handle == 0 ? Marshal.PtrToStringUTF8(Error()) ?? $"{path} could not be opened" : "";
        return handle;
    }

    [LibraryImport("libc", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dlerror")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Error();
}
