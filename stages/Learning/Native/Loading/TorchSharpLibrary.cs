using System.Runtime.InteropServices;
using Distill.Pipeline.Options;

namespace Distill.Learning.Native.Loading;

/// <summary>TorchSharp's native library, <c>libLibTorchSharp.so</c>, beside the program.</summary>
/// <remarks>
/// Version 0.107 asks libstdc++ for version GLIBCXX_3.4.32 (GCC 13); Debian 12, Ubuntu 22.04 and RHEL 9 have less, and there the loader
/// refuses it. Nothing uses that version: the one symbol under it (<c>std::ios_base_library_init</c>) is bound by no relocation. So that
/// one need is marked weak, on the copy beside the program, never in the package cache, and only where the system lacks the version.
/// </remarks>
internal static partial class TorchSharpLibrary
{
    private const string Name = "libLibTorchSharp.so";
    private const string MissingVersion = "GLIBCXX_3.4.32";
    private const string SymbolOfThatVersion = "_ZSt21ios_base_library_initv";

    /// <summary>
    /// Marks the need weak in <paramref name="folder"/> where the system lacks the version. A second call changes nothing.
    /// </summary>
    public static void Cure(string folder)
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

        // A new file renamed over the old one: the old one may be a hard link into the package cache, and
        // another process may be reading it.
        var cured = $"{library}.{Environment.ProcessId}";
        File.WriteAllBytes(cured, image);
        File.SetLastWriteTimeUtc(cured, File.GetLastWriteTimeUtc(library));
        File.Move(cured, library, overwrite: true);
    }

    /// <summary>
    /// Has the loader find every function that TorchSharp can call, so that one that this libtorch lacks is named now. Otherwise it
    /// would end the process when it is first called, in the middle of a training.
    /// </summary>
    /// <param name="folder">Where the program lies.</param>
    /// <param name="choice">The libtorch, already open.</param>
    /// <param name="warn">Told what is missing where the user accepts any version: this program may never call it.</param>
    /// <exception cref="UserException">Something is missing.</exception>
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
        && VersionedSymbol(handle, SymbolOfThatVersion, MissingVersion) != 0;

    [LibraryImport("libc", EntryPoint = "dlvsym", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint VersionedSymbol(nint handle, string name, string version);
}
