using System.Text.Json.Nodes;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>All that a running stage may touch: its declared inputs, its own folder, and where it reports.</summary>
public sealed class StageContext
{
    public required string Name { get; init; }

    /// <summary>The stage's key, in lower-case hexadecimal.</summary>
    public required string Key { get; init; }

    /// <summary>The stage's own folder; it exists.</summary>
    public required string Folder { get; init; }

    public required CheckpointStore Checkpoints { get; init; }

    public required IStageProgress Progress { get; init; }

    public required MetricsLog Metrics { get; init; }

    public required CancellationToken Cancellation { get; init; }

    /// <summary>Declared artifacts → their paths.</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init; }

    /// <summary>The stages that made declared inputs → what they measured.</summary>
    public required IReadOnlyDictionary<string, JsonObject> UpstreamMetrics { get; init; }

    /// <summary>The stages that made the declared inputs, those that made theirs, and so on: what the lock knows of each, by name.</summary>
    public required IReadOnlyDictionary<string, LockEntry> Lineage { get; init; }

    /// <summary>The path of a declared input.</summary>
    /// <exception cref="InvalidOperationException">The stage did not declare it, so its key would not notice a change.</exception>
    public string Input(string artifact) => Inputs.TryGetValue(artifact, out var path)
        ? path
        : throw new InvalidOperationException($"stage {Name} reads {artifact} but does not declare it as an input");

    /// <summary>What a stage measured that made one of the declared inputs.</summary>
    /// <exception cref="InvalidOperationException">No declared input comes from that stage.</exception>
    public JsonObject InputMetrics(string stage) => UpstreamMetrics.TryGetValue(stage, out var metrics)
        ? (JsonObject)metrics.DeepClone()
        : throw new InvalidOperationException($"stage {Name} reads the metrics of {stage} but declares none of its outputs as an input");
}
