using System.Diagnostics;
using Stages.Pipeline.Options;
using Stages.Pipeline.Plan;

namespace Tests.Pipeline.Plan;

/// <summary>The other process is <c>flock</c> of util-linux, which every Linux has: the hold is the kernel's.</summary>
public sealed class PipelineHoldTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ManualClock _clock = new();

    private string HoldPath => _folder["models/pipeline.hold"];

    [Fact]
    public void The_second_is_told_who_holds_the_pipeline()
    {
        using var first = PipelineHold.Take(HoldPath, _clock);

        Assert.Equal(
            $"{HoldPath}: this pipeline is being run by process {Environment.ProcessId} on {Environment.MachineName} "
            + "since 2030-01-02 12:00:00 UTC; wait until it is done, or stop it",
            Assert.Throws<UserException>(() => PipelineHold.Take(HoldPath, _clock)).Message);
    }

    [Fact]
    public void It_keeps_another_process_out_until_it_is_given_back()
    {
        using (PipelineHold.Take(HoldPath, _clock))
        {
            Assert.Equal(1, ExitCode("--nonblock"));
        }

        Assert.Equal(0, ExitCode("--nonblock"));
    }

    [Fact]
    public void Another_process_keeps_us_out_until_it_is_killed()
    {
        _folder.Write("models/pipeline.hold", """{"pid":4242,"machine":"elsewhere","startedUtc":"2030-01-02T03:04:05+00:00"}""");
        using var other = Flock("--no-fork", HoldPath, "sh", "-c", "echo held; exec cat");
        Assert.Equal("held", other.StandardOutput.ReadLine());

        var message = Assert.Throws<UserException>(() => PipelineHold.Take(HoldPath, _clock)).Message;
        other.Kill();
        other.WaitForExit();

        Assert.Contains("process 4242 on elsewhere since 2030-01-02 03:04:05 UTC", message);
        PipelineHold.Take(HoldPath, _clock).Dispose();
    }

    [Fact]
    public void A_holder_that_has_not_written_its_name_yet_is_another_process()
    {
        _folder.Write("models/pipeline.hold", "");
        using var first = new FileStream(HoldPath, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        Assert.Contains("is being run by another process;", Assert.Throws<UserException>(() => PipelineHold.Take(HoldPath, _clock)).Message);
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
        PipelineHold.Take(Path.Combine(plan.Models, "pipeline.hold"), _clock).Dispose();
    }

    public void Dispose() => _folder.Dispose();

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
