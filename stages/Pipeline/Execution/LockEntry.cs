using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Distill.Pipeline.Execution;

/// <summary>The record of one stage in the run manifest.</summary>
/// <param name="Key">Key under which the stage started.</param>
/// <param name="Version">The stage's declared version at that time.</param>
/// <param name="State">Whether the stage is running or done.</param>
/// <param name="Options">Its canonical options at that time.</param>
/// <param name="Inputs">SHA-256 by artifact, taken before the run.</param>
/// <param name="Outputs">Artifact by short name; empty until the stage is done.</param>
/// <param name="Metrics">Its measurements; empty until the stage is done.</param>
/// <param name="StartedUtc">Time of its first start under this key.</param>
/// <param name="FinishedUtc">Time at which it was done; null until then.</param>
/// <param name="Seconds">Time spent over all runs under this key. A killed run counts up to its last checkpoint.</param>
/// <param name="Resumes">Number of restarts under this key.</param>
/// <param name="Machines">
/// Machine, precision and thread count of each run under this key, without repetition: they can change the last digits of results.
/// Null in manifests of versions that did not record it.
/// </param>
public sealed record LockEntry(
    string Key,
    int Version,
    LockedState State,
    JsonObject Options,
    IReadOnlyDictionary<string, string> Inputs,
    IReadOnlyDictionary<string, LockedOutput> Outputs,
    JsonObject Metrics,
    DateTimeOffset StartedUtc,
    DateTimeOffset? FinishedUtc,
    double Seconds,
    int Resumes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Machines = null);

/// <summary>State of a stage in the run manifest.</summary>
public enum LockedState
{
    Running,
    Done,
}
