using System.Runtime.InteropServices;

namespace Distill.Learning.Native;

/// <summary>Sets how long the threads of libtorch's kernels spin while they wait for the next kernel.</summary>
/// <remarks>
/// libgomp lets them spin 300,000 times before they sleep (GCC's manual, GOMP_SPINCOUNT). This takes time from other threads, such as those
/// of the groups of a batch. 1,000 times, libgomp's own value if threads outnumber cores, is enough for the gap between two kernels.
/// </remarks>
internal static partial class OpenMp
{
    private const string SpinCount = "GOMP_SPINCOUNT";
    private const string WaitPolicy = "OMP_WAIT_POLICY";

    /// <summary>Sets the count for this process, unless the user has. It has an effect only before libtorch is loaded.</summary>
    public static void SpinBriefly()
    {
        // libgomp reads C's environment, which .NET's own SetEnvironmentVariable does not write to.
        if (OperatingSystem.IsLinux()
            && Environment.GetEnvironmentVariable(SpinCount) is null
            && Environment.GetEnvironmentVariable(WaitPolicy) is null)
        {
            _ = SetInC(SpinCount, "1000", overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetInC(string name, string value, int overwrite);
}
