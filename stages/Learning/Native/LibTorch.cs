using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Stages.Learning.Native;

/// <summary>
/// Makes TorchSharp's native library load on systems whose libstdc++ is older than the one it was linked with.
/// </summary>
/// <remarks>
/// <c>libLibTorchSharp.so</c> 0.107 asks libstdc++ for version GLIBCXX_3.4.32 (GCC 13); Debian 12, Ubuntu 22.04 and
/// RHEL 9 have less, and there the loader refuses it. Nothing uses that version: the one symbol under it
/// (<c>std::ios_base_library_init</c>) is bound by no relocation. So that one need is marked weak, on the copy
/// beside the program, never in the package cache, and only where the system lacks the version.
/// </remarks>
public static partial class LibTorch
{
    private const string MissingVersion = "GLIBCXX_3.4.32";
    private const string SymbolOfThatVersion = "_ZSt21ios_base_library_initv";

    /// <summary>Runs before anything of this assembly, hence before the first use of <c>torch</c>.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "It must run before TorchSharp's static constructor, wherever that is first reached.")]
    internal static void Initialize()
    {
        OpenMp.SpinBriefly();
        EnsureLoadable(AppContext.BaseDirectory);
    }

    /// <summary>Cures <c>libLibTorchSharp.so</c> in <paramref name="folder"/> where the system needs it. Idempotent.</summary>
    public static void EnsureLoadable(string folder)
    {
        var library = Path.Combine(folder, "libLibTorchSharp.so");
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

    private static bool SystemHasVersion() =>
        NativeLibrary.TryLoad("libstdc++.so.6", out var handle)
        && VersionedSymbol(handle, SymbolOfThatVersion, MissingVersion) != 0;

    [LibraryImport("libc", EntryPoint = "dlvsym", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint VersionedSymbol(nint handle, string name, string version);
}
