using System.Text.Json;

namespace Stages.Pipeline.Plan;

/// <summary>The process that holds a pipeline.</summary>
internal sealed record PipelineHolder(int Pid, string Machine, DateTimeOffset StartedUtc)
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public override string ToString() =>
        FormattableString.Invariant($"process {Pid} on {Machine} since {StartedUtc.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
}
