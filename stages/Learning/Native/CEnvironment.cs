using System.Runtime.InteropServices;

namespace Distill.Learning.Native;

/// <summary>The environment variables that C libraries read, which .NET's own SetEnvironmentVariable does not write to.</summary>
internal static partial class CEnvironment
{
    /// <summary>Sets a variable for the C libraries of this process, unless the user has.</summary>
    public static void SetDefault(string name, string value) => _ = Set(name, value, overwrite: 0);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Set(string name, string value, int overwrite);
}
