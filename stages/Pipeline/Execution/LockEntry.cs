using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Distill.Pipeline.Options;

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
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Machines = null)
{
    /// <summary>Options that are part of the hash of an input, by artifact. They are for messages; the hash alone is in the key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, JsonObject>? InputOptions { get; init; }

    /// <summary>Creates the entry of a stage that starts. If it resumes under the same key, time and resumes add up.</summary>
    /// <param name="stage">Stage that starts.</param>
    /// <param name="inputs">Its current inputs.</param>
    /// <param name="before">Its entry so far; null if it never started.</param>
    /// <param name="machine">Machine and precision to record; null for none.</param>
    /// <param name="now">Current time.</param>
    internal static LockEntry Start(StageDefinition stage, StageInputs inputs, LockEntry? before, string? machine, DateTimeOffset now)
    {
        var key = StageKey.Compute(stage.Name, stage.Version, stage.Options, inputs.Hashes);
        var inputOptions = inputs.Options.Count == 0 ? null
            : new SortedDictionary<string, JsonObject>(inputs.Options.ToDictionary(), StringComparer.Ordinal);
        return before is not null && before.Key == key
            ? before with
            {
                Machines = machine is null ? before.Machines : [.. (before.Machines ?? []).Append(machine).Distinct()],
                State = LockedState.Running,
                Outputs = new Dictionary<string, LockedOutput>(),
                Metrics = [],
                FinishedUtc = null,
                Resumes = before.Resumes + 1,
                InputOptions = inputOptions,
            }
            : new LockEntry(
                key,
                stage.Version,
                LockedState.Running,
                CanonicalJson.Of(stage.Options),
                new SortedDictionary<string, string>(inputs.Hashes.ToDictionary(), StringComparer.Ordinal),
                new Dictionary<string, LockedOutput>(),
                Metrics: [],
                StartedUtc: now,
                FinishedUtc: null,
                Seconds: 0,
                Resumes: 0,
                machine is null ? null : [machine])
            { InputOptions = inputOptions };
    }
}

/// <summary>State of a stage in the run manifest.</summary>
public enum LockedState
{
    Running,
    Done,
}
