using System.Runtime.InteropServices;

namespace Distill.Learning.Native.Loading;

/// <summary>dlopen, with the loader's own words for what went wrong and the choice to resolve every function at once.</summary>
internal static partial class DynamicLoader
{
    private const int Lazy = 1;
    private const int Now = 2;

    /// <summary>Opens a library; 0 where that fails. A library that is open already is the same one.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="resolveAll">Whether every function it needs must be there now, rather than when it is first called.</param>
    /// <param name="reason">What went wrong, in the loader's words.</param>
    public static nint Open(string path, bool resolveAll, out string reason)
    {
        // Clears an older message, and finds dlerror itself now: finding it later would clear the message that is wanted.
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
