using System.Text.Json;

namespace Distill.Pipeline.Execution;

/// <summary>The process that holds a pipeline, as <c>pipeline.lease</c> names it.</summary>
/// <param name="Pid">Process ID.</param>
/// <param name="Machine">Host name.</param>
/// <param name="Boot">Linux's ID of this boot, the same in all containers of a machine. Null if the system has none.</param>
/// <param name="StartedUtc">Time at which it took the pipeline.</param>
/// <param name="Heartbeat">Number of heartbeats so far.</param>
internal sealed record LeaseHolder(int Pid, string Machine, string? Boot, DateTimeOffset StartedUtc, long Heartbeat)
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private const string BootFile = "/proc/sys/kernel/random/boot_id";

    public static LeaseHolder ThisProcess(TimeProvider clock) => new(
        Environment.ProcessId,
        Environment.MachineName,
        File.Exists(BootFile) ? File.ReadAllText(BootFile).Trim() : null,
        clock.GetUtcNow(),
        0);

    /// <summary>
    /// Whether both processes belong to one kernel, or to a machine of the same name that was rebooted.
    /// Then a process that gets the file lock knows that the other one is dead.
    /// </summary>
    public bool SharesKernelWith(LeaseHolder other) => Machine == other.Machine || (Boot is not null && Boot == other.Boot);

    public override string ToString() =>
        FormattableString.Invariant($"process {Pid} on {Machine} since {StartedUtc.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
}
