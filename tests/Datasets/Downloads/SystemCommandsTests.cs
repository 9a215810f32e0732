using Distill.Datasets.Downloads;

namespace Tests.Datasets.Downloads;

public sealed class SystemCommandsTests
{
    [Fact]
    public async Task A_program_returns_its_outputs_and_exit_code() =>
        Assert.Equal(new CommandResult(3, "out\n", "err\n"), await RunAsync("sh", "-c", "echo out; echo err >&2; exit 3"));

    [Fact]
    public async Task A_missing_program_returns_null() => Assert.Null(await RunAsync("no-such-program-at-all"));

    [Fact]
    public async Task A_program_that_runs_too_long_is_stopped() =>
        await Assert.ThrowsAsync<TimeoutException>(() => new SystemCommands().RunAsync(
            "sleep", ["60"], Path.GetTempPath(), TimeSpan.FromSeconds(0.1), CancellationToken.None));

    private static Task<CommandResult?> RunAsync(string program, params string[] arguments) =>
        new SystemCommands().RunAsync(program, arguments, Path.GetTempPath(), TimeSpan.FromSeconds(30), CancellationToken.None);
}
