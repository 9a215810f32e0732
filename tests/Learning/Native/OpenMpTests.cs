using Tests.Cli;

namespace Tests.Learning.Native;

/// <summary>Checks the settings that libgomp itself reports, in a process that has just loaded it.</summary>
[Trait("Category", "Process")]
public sealed class OpenMpTests
{
    private static readonly string Output = Path.Combine(Path.GetTempPath(), $"views-{Environment.ProcessId}.png");

    [Fact]
    public void Idle_kernel_threads_soon_sleep() => Assert.Contains("GOMP_SPINCOUNT = '1000'", Display("GOMP_SPINCOUNT", null));

    [Fact]
    public void Users_spin_count_is_kept() => Assert.Contains("GOMP_SPINCOUNT = '7'", Display("GOMP_SPINCOUNT", "7"));

    [Fact]
    public void Users_wait_policy_is_kept()
    {
        var display = Display("OMP_WAIT_POLICY", "ACTIVE");
        Assert.Contains("OMP_WAIT_POLICY = 'ACTIVE'", display);
        Assert.DoesNotContain("GOMP_SPINCOUNT = '1000'", display);
    }

    private static string Display(string name, string? value)
    {
        // This process has set its own count, which the new process would inherit.
        var environment = new Dictionary<string, string?> { ["OMP_DISPLAY_ENV"] = "VERBOSE", ["GOMP_SPINCOUNT"] = null };
        environment[name] = value;
        using var process = new DistillProcess(Repository.Root, environment, "data", "views", "smoke", "--output", Output);
        var outcome = process.Finish();
        File.Delete(Output);
        Assert.Equal(0, outcome.ExitCode);
        return outcome.Errors;
    }
}
