using System.Text.Json;

namespace Distill.Pipeline.Execution;

/// <summary>The process that holds a pipeline.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Machine">Its machine's name.</param>
/// <param name="Boot">What Linux calls this boot of the machine: the same in all its containers. Null in a file without it.</param>
/// <param name="StartedUtc">When it took the pipeline.</param>
/// <param name="Heartbeat">Counts its signs of life.</param>
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
    /// Whether one kernel decides between the two: then who has got the lock knows that the other is dead. A machine of the same name is the same,
    /// started anew.
    /// </summary>
    public bool SharesKernelWith(LeaseHolder other) => Machine == other.Machine || (Boot is not null && Boot == other.Boot);

    public override string ToString() =>
        FormattableString.Invariant($"process {Pid} on {Machine} since {StartedUtc.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
}
