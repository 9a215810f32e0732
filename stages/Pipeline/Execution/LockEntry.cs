using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Distill.Pipeline.Execution;

/// <summary>What the lock knows of one stage.</summary>
/// <param name="Key">The key it was begun with.</param>
/// <param name="Version">The stage's declared version then.</param>
/// <param name="State">Begun or finished.</param>
/// <param name="Options">Its canonical options then.</param>
/// <param name="Inputs">Artifact → SHA-256, taken before the run.</param>
/// <param name="Outputs">Short name → artifact; empty until it is done.</param>
/// <param name="Metrics">What it measured; empty until it is done.</param>
/// <param name="StartedUtc">When it first began under this key.</param>
/// <param name="FinishedUtc">When it was done.</param>
/// <param name="Seconds">Time spent, over cut and resumed runs; of a killed one, up to its last checkpoint.</param>
/// <param name="Resumes">How often it was begun again under this key.</param>
/// <param name="Machines">
/// Where, in what arithmetic and with how many threads its runs under this key computed, each once: results of two machines need not be the same to the last digit. Null in locks of before
/// that was kept.
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
