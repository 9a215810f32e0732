namespace Distill.Learning.Native;

/// <summary>Sets how long the threads of libtorch's kernels spin while they wait for the next kernel.</summary>
/// <remarks>
/// libgomp lets them spin 300,000 times before they sleep (GCC's manual, GOMP_SPINCOUNT). This takes time from other threads, such as those
/// of the groups of a batch. 1,000 times, libgomp's own value if threads outnumber cores, is enough for the gap between two kernels.
/// </remarks>
internal static class OpenMp
{
    private const string SpinCount = "GOMP_SPINCOUNT";
    private const string WaitPolicy = "OMP_WAIT_POLICY";

    /// <summary>Sets the count for this process, unless the user has. It has an effect only before libtorch is loaded.</summary>
    public static void SpinBriefly()
    {
        if (OperatingSystem.IsLinux()
            && Environment.GetEnvironmentVariable(SpinCount) is null
            && Environment.GetEnvironmentVariable(WaitPolicy) is null)
        {
            CEnvironment.SetDefault(SpinCount, "1000");
        }
    }
}
