using System.Diagnostics;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;

namespace Tests.Pipeline.Execution;

/// <summary>The other process is <c>flock</c> of util-linux, which every Linux has: the hold is the kernel's.</summary>
public sealed class PipelineLeaseTests : IDisposable
{
    private static readonly LeaseTimeouts Quick = new(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(300));

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TempFolder _folder = new();
    private readonly ManualClock _clock = new();
    private readonly List<string> _notes = [];

    private string HoldPath => _folder["models/pipeline.lease"];

    [Fact]
    public void The_second_is_told_who_holds_the_pipeline()
    {
        using var first = Take();

        Assert.Equal(
            $"{HoldPath}: this pipeline is already run by process {Environment.ProcessId} on {Environment.MachineName} "
            + "since 2030-01-02 12:00:00 UTC; wait for it to finish, or stop it",
            Assert.Throws<UserException>(() => Take()).Message);
    }

    [Fact]
    public void It_keeps_another_process_out_until_it_is_given_back()
    {
        using (Take())
        {
            Assert.Equal(1, ExitCode("--nonblock"));
        }

        Assert.Equal(0, ExitCode("--nonblock"));
    }

    [Fact]
    public void Another_process_keeps_us_out_until_it_is_killed()
    {
        Write("elsewhere", "another boot", beat: 7);
        using var other = Flock("--no-fork", HoldPath, "sh", "-c", "echo held; exec cat");
        Assert.Equal("held", other.StandardOutput.ReadLine());

        var message = Assert.Throws<UserException>(() => Take()).Message;
        other.Kill();
        other.WaitForExit();

        Assert.Contains("process 4242 on elsewhere since 2030-01-02 03:04:05 UTC", message);
        Take().Dispose();
    }

    [Fact]
    public void A_holder_that_has_not_written_its_name_yet_is_another_process()
    {
        _folder.Write("models/pipeline.lease", "");
        using var first = new FileStream(HoldPath, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        Assert.Contains("is already run by another process;", Assert.Throws<UserException>(() => Take()).Message);
    }

    [Fact]
    public void Another_machines_holder_that_shows_life_keeps_us_out()
    {
        Write("elsewhere", "another boot", beat: 7);
        using var alive = TimeProvider.System.CreateTimer(
            _ => Write("elsewhere", "another boot", beat: 8), null, TimeSpan.FromMilliseconds(60), Timeout.InfiniteTimeSpan);

        Assert.Contains("is already run by process 4242 on elsewhere since", Assert.Throws<UserException>(() => Take(Quick with { Wait = Patience })).Message);
        Assert.StartsWith("this pipeline was run by process 4242 on elsewhere", Assert.Single(_notes));
    }

    [Fact]
    public void Another_machines_holder_that_shows_none_is_dead()
    {
        Write("elsewhere", "another boot", beat: 7);
        Take().Dispose();
        Assert.Single(_notes);
    }

    [Fact]
    public void A_wait_for_another_machine_can_be_cut()
    {
        Write("elsewhere", "another boot", beat: 7);
        using var cut = new CancellationTokenSource(TimeSpan.FromMilliseconds(30));
        Assert.Throws<OperationCanceledException>(() => PipelineLease.Take(HoldPath, _clock, Quick with { Wait = TimeSpan.FromMinutes(1) }, _notes.Add, cut.Token));
        Take().Dispose();
    }

    [Fact]
    public void For_who_died_on_this_machine_nobody_waits()
    {
        var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        Write("0123456789ab", boot, beat: 7);
        Take().Dispose();
        Write(Environment.MachineName, "another boot", beat: 7);
        Take().Dispose();
        Assert.Empty(_notes);
    }

    [Fact]
    public void A_holder_gives_signs_of_life_and_leaves_none_behind()
    {
        using (Take())
        {
            Assert.True(SpinWait.SpinUntil(() => Shell($"cat '{HoldPath}'").Contains("\"beat\":2", StringComparison.Ordinal), Patience), "no sign of life");
        }

        Assert.Empty(File.ReadAllBytes(HoldPath));
    }

    [Fact]
    public void A_run_holds_its_pipeline()
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

    public void Dispose() => _folder.Dispose();

    // Another process, which knows of no lock.
    private void Write(string machine, string boot, long beat) => Shell(
        $$"""mkdir -p '{{Path.GetDirectoryName(HoldPath)}}'; echo '{"pid":4242,"machine":"{{machine}}","boot":"{{boot}}","startedUtc":"2030-01-02T03:04:05Z","beat":{{beat}}}' > '{{HoldPath}}'""");

    private static string Shell(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", command]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    private PipelineLease Take(LeaseTimeouts patience) => PipelineLease.Take(HoldPath, _clock, patience, _notes.Add, default);

    private PipelineLease Take(string? path = null) => PipelineLease.Take(path ?? HoldPath, _clock, Quick, _notes.Add, default);

    private int ExitCode(string option)
    {
        using var process = Flock(option, HoldPath, "true");
        process.WaitForExit();
        return process.ExitCode;
    }

    private static Process Flock(params string[] arguments) => Process.Start(new ProcessStartInfo("flock", arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;
}
