using Tests.Cli;

namespace Tests.Learning.Native;

/// <summary>What libgomp itself says that it was told, in a process that has only just loaded it.</summary>
public sealed class OpenMpTests
{
    private static readonly string Output = Path.Combine(Path.GetTempPath(), $"views-{Environment.ProcessId}.png");

    [Fact]
    public void Idle_kernel_threads_soon_sleep() => Assert.Contains("GOMP_SPINCOUNT = '1000'", Display("GOMP_SPINCOUNT", null));

    [Fact]
    public void The_users_own_number_stands() => Assert.Contains("GOMP_SPINCOUNT = '7'", Display("GOMP_SPINCOUNT", "7"));

    [Fact]
    public void The_users_own_policy_stands()
    {
        var display = Display("OMP_WAIT_POLICY", "ACTIVE");
        Assert.Contains("OMP_WAIT_POLICY = 'ACTIVE'", display);
        Assert.DoesNotContain("GOMP_SPINCOUNT = '1000'", display);
    }

    private static string Display(string name, string? value)
    {
        // This process has set a number for itself, which it would hand on.
        var environment = new Dictionary<string, string?> { ["OMP_DISPLAY_ENV"] = "VERBOSE", ["GOMP_SPINCOUNT"] = null };
        environment[name] = value;
        using var process = new DistillProcess(Repository.Root, environment, "data", "views", "smoke", "--output", Output);
        var outcome = process.Finish();
        File.Delete(Output);
        Assert.Equal(0, outcome.ExitCode);
        return outcome.Errors;
    }
}
