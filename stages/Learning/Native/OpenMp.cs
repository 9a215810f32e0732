using System.Runtime.InteropServices;

namespace Distill.Learning.Native;

/// <summary>How long threads of libtorch's kernels wait at the ready for the next kernel.</summary>
/// <remarks>
/// libgomp lets them spin 300,000 times before they sleep (GCC's manual, GOMP_SPINCOUNT): time that threads with work of their own, such as those
/// of the groups of a batch, then lack. 1,000 times, what it does itself where threads outnumber cores, bridges the gap between two kernels as well.
/// </remarks>
internal static partial class OpenMp
{
    private const string SpinCount = "GOMP_SPINCOUNT";
    private const string WaitPolicy = "OMP_WAIT_POLICY";

    /// <summary>Sets the time for this process, unless the user has. Of effect before libtorch is loaded only.</summary>
    public static void SpinBriefly()
    {
        // libgomp reads C's environment, which .NET's own SetEnvironmentVariable does not write to.
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable(SpinCount) is null && Environment.GetEnvironmentVariable(WaitPolicy) is null)
        {
            _ = SetInC(SpinCount, "1000", overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetInC(string name, string value, int overwrite);
}
