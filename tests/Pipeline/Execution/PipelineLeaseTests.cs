using System.Diagnostics;
using System.Text.Json;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;

namespace Tests.Pipeline.Execution;

/// <summary>The lease is a lock of the kernel, so util-linux's <c>flock</c> can be the other process.</summary>
public sealed class PipelineLeaseTests : IDisposable
{
    private static readonly LeaseTimeouts Quick = new(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(300));

    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(30);

    private readonly TempFolder _folder = new();
    private readonly ManualClock _clock = new();
    private readonly List<string> _notes = [];

    private string LeasePath => _folder["models/pipeline.lease"];

    [Fact]
    public void The_message_names_the_process_that_holds_the_pipeline()
    {
        using var first = Take();

        Assert.Equal(
            $"{LeasePath}: this pipeline is already run by process {Environment.ProcessId} on {Environment.MachineName} "
            + "since 2030-01-02 12:00:00 UTC; wait for it to finish, or stop it",
            Assert.Throws<UserException>(() => Take()).Message);
    }

    [Fact]
    public void The_lease_excludes_another_process_until_it_is_released()
    {
        using (Take())
        {
            Assert.Equal(1, ExitCode("--nonblock"));
        }

        Assert.Equal(0, ExitCode("--nonblock"));
    }

    [Fact]
    public void The_lease_of_another_process_ends_when_it_is_killed()
    {
        Write("elsewhere", "another boot", heartbeat: 7);
        using var other = Flock("--no-fork", LeasePath, "sh", "-c", "echo held; exec cat");
        Assert.Equal("held", other.StandardOutput.ReadLine());

        var message = Assert.Throws<UserException>(() => Take()).Message;
        other.Kill();
        other.WaitForExit();

        Assert.Contains("process 4242 on elsewhere since 2030-01-02 03:04:05 UTC", message);
        Take().Dispose();
    }

    [Fact]
    public void A_holder_without_a_name_yet_is_called_another_process()
    {
        _folder.Write("models/pipeline.lease", "");
        using var first = new FileStream(LeasePath, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        Assert.Contains("is already run by another process;", Assert.Throws<UserException>(() => Take()).Message);
    }

    [Fact]
    public void A_holder_on_another_machine_with_heartbeats_keeps_the_lease()
    {
        Write("elsewhere", "another boot", heartbeat: 7);
        using var alive = TimeProvider.System.CreateTimer(
            _ => Write("elsewhere", "another boot", heartbeat: 8), null, TimeSpan.FromMilliseconds(60), Timeout.InfiniteTimeSpan);

        var message = Assert.Throws<UserException>(() => Take(Quick with { Wait = LongWait })).Message;

        Assert.Contains("is already run by process 4242 on elsewhere since", message);
        Assert.StartsWith("this pipeline was run by process 4242 on elsewhere", Assert.Single(_notes));
    }

    [Fact]
    public void A_holder_on_another_machine_without_heartbeats_loses_the_lease()
    {
        Write("elsewhere", "another boot", heartbeat: 7);

        Take().Dispose();

        Assert.Single(_notes);
    }

    [Fact]
    public void A_wait_for_another_machine_can_be_canceled()
    {
        Write("elsewhere", "another boot", heartbeat: 7);
        using var canceled = new CancellationTokenSource(TimeSpan.FromMilliseconds(30));

        Assert.Throws<OperationCanceledException>(
            () => PipelineLease.Take(LeasePath, _clock, Quick with { Wait = TimeSpan.FromMinutes(1) }, _notes.Add, canceled.Token));

        Take().Dispose();
    }

    [Fact]
    public void There_is_no_wait_for_a_dead_process_of_this_machine()
    {
        var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

        Write("0123456789ab", boot, heartbeat: 7);
        Take().Dispose();

        Write(Environment.MachineName, "another boot", heartbeat: 7);
        Take().Dispose();

        Assert.Empty(_notes);
    }

    [Fact]
    public void A_holder_writes_heartbeats_and_empties_the_file_at_the_end()
    {
        using (Take())
        {
            Assert.True(
                SpinWait.SpinUntil(() => Shell($"cat '{LeasePath}'").Contains("\"heartbeat\":2", StringComparison.Ordinal), LongWait),
                "no heartbeat");
        }

        Assert.Empty(File.ReadAllBytes(LeasePath));
    }

    [Fact]
    public void A_run_holds_the_lease_of_its_pipeline()
    {
        using var plan = new TwoStages();
        var ran = false;
        plan.BeforeWeights = _ =>
        {
            ran = true;
            Assert.Throws<UserException>(() => plan.Runner().Run(default));
        };

        plan.Run();

        Assert.True(ran);
        Take(Path.Combine(plan.Models, "pipeline.lease")).Dispose();
    }

    [Fact]
    public void A_holder_is_read_back_from_the_file()
    {
        var holder = new LeaseHolder(4242, "elsewhere", Boot: null, new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero), Heartbeat: 7);

        var text = JsonSerializer.Serialize(holder, LeaseHolder.Json);

        Assert.Equal(
            """{"pid":4242,"machine":"elsewhere","boot":null,"startedUtc":"2030-01-02T03:04:05+00:00","heartbeat":7}""", text);
        Assert.Equal(holder, JsonSerializer.Deserialize<LeaseHolder>(text, LeaseHolder.Json));
    }

    public void Dispose() => _folder.Dispose();

    // Written by a shell, because .NET would ask for the lock.
    private void Write(string machine, string boot, long heartbeat)
    {
        var holder = JsonSerializer.Serialize(
            new LeaseHolder(4242, machine, boot, new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero), heartbeat), LeaseHolder.Json);
        Shell($"mkdir -p '{Path.GetDirectoryName(LeasePath)}'; echo '{holder}' > '{LeasePath}'");
    }

    private static string Shell(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", command]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    private PipelineLease Take(LeaseTimeouts timeouts) => PipelineLease.Take(LeasePath, _clock, timeouts, _notes.Add, default);

    private PipelineLease Take(string? path = null) => PipelineLease.Take(path ?? LeasePath, _clock, Quick, _notes.Add, default);

    private int ExitCode(string option)
    {
        using var process = Flock(option, LeasePath, "true");
        process.WaitForExit();
        return process.ExitCode;
    }

    private static Process Flock(params string[] arguments) => Process.Start(new ProcessStartInfo("flock", arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;
}
