using System.Runtime.InteropServices;
using Distill.Pipeline.Options;

namespace Distill.Learning.Native.Loading;

/// <summary>TorchSharp's native library, <c>libLibTorchSharp.so</c>, beside the program.</summary>
/// <remarks>
/// Version 0.107 needs GLIBCXX_3.4.32 of libstdc++ (GCC 13). Debian 12, Ubuntu 22.04 and RHEL 9 have older versions, whose loader refuses
/// the library. It does not use that version: no relocation binds its one symbol, <c>std::ios_base_library_init</c>. The need is therefore
/// marked as weak, only on systems that lack the version, and only in the copy beside the program, never in the package cache.
/// </remarks>
internal static partial class TorchSharpLibrary
{
    private const string Name = "libLibTorchSharp.so";
    private const string MissingVersion = "GLIBCXX_3.4.32";
    private const string MissingSymbol = "_ZSt21ios_base_library_initv";

    /// <summary>
    /// Marks the need as weak in the library in <paramref name="folder"/>, if the system lacks the version. A second call changes nothing.
    /// </summary>
    public static void PatchIfNeeded(string folder)
    {
        var library = Path.Combine(folder, Name);
        if (!OperatingSystem.IsLinux() || !File.Exists(library) || SystemHasVersion())
        {
            return;
        }

        var image = File.ReadAllBytes(library);
        if (!ElfVersionNeeds.MarkWeak(image, MissingVersion))
        {
            return;
        }

        // A new file is renamed over the old one, which may be a hard link into the package cache, and which another process may be
        // reading.
        var patched = $"{library}.{Environment.ProcessId}";
        File.WriteAllBytes(patched, image);
        File.SetLastWriteTimeUtc(patched, File.GetLastWriteTimeUtc(library));
        File.Move(patched, library, overwrite: true);
    }

    /// <summary>
    /// Lets the loader resolve every function that TorchSharp can call, so that a function that this libtorch lacks is reported now.
    /// Otherwise its first call would end the process in the middle of a training.
    /// </summary>
    /// <param name="folder">The folder of the program.</param>
    /// <param name="choice">The chosen libtorch, already open.</param>
    /// <param name="warn">Receives what is missing if the user accepts any version, since this program may never call it.</param>
    /// <exception cref="UserException">A function is missing.</exception>
    public static void CheckSymbols(string folder, LibTorchChoice choice, Action<string> warn)
    {
        var path = Path.Combine(folder, Name);
        if (DynamicLoader.Open(path, resolveAll: true, out var reason) != 0)
        {
            return;
        }

        if (!choice.AnyVersion || DynamicLoader.Open(path, resolveAll: false, out reason) == 0)
        {
            throw new UserException($"{choice.Source}: TorchSharp does not work with the libtorch in {choice.Folder}: {reason}");
        }

        warn($"{choice.Source}: the libtorch in {choice.Folder} lacks a function that TorchSharp may call: {reason}");
    }

    private static bool SystemHasVersion() =>
        NativeLibrary.TryLoad("libstdc++.so.6", out var handle)
        && VersionedSymbol(handle, MissingSymbol, MissingVersion) != 0;

    [LibraryImport("libc", EntryPoint = "dlvsym", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint VersionedSymbol(nint handle, string name, string version);
}
