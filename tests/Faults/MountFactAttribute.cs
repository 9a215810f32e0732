using System.Diagnostics;

namespace Tests.Faults;

/// <summary>A test that mounts file systems, skipped if the kernel does not allow it to ordinary users.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MountFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> Possible = new(Try);

    public MountFactAttribute() => Skip = Possible.Value ? null : "unshare --user --map-root-user --mount is not allowed here";

    private static bool Try()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(
                "unshare", ["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", Path.GetTempPath()])
            { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
