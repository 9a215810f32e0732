using System.Text.Json.Nodes;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>Everything that a running stage may use: its declared inputs, its own folder, and where it reports.</summary>
public sealed class StageContext
{
    public required string Name { get; init; }

    /// <summary>The stage's key, in lower-case hexadecimal.</summary>
    public required string Key { get; init; }

    /// <summary>The stage's own folder, which exists.</summary>
    public required string Folder { get; init; }

    public required CheckpointStore Checkpoints { get; init; }

    public required IStageProgress Progress { get; init; }

    public required MetricsLog Metrics { get; init; }

    public required CancellationToken Cancellation { get; init; }

    /// <summary>The part of the stage's work to do. Only stages whose results are independent files can do less than all.</summary>
    public WorkPart Part { get; init; } = WorkPart.Whole;

    /// <summary>What another process needs to help with the stage; null if none can.</summary>
    public StageCall? Call { get; init; }

    /// <summary>Paths of the declared inputs, by artifact.</summary>
    public required IReadOnlyDictionary<Artifact, string> Inputs { get; init; }

    /// <summary>Measurements of the stages that made declared inputs, by stage.</summary>
    public required IReadOnlyDictionary<string, JsonObject> UpstreamMetrics { get; init; }

    /// <summary>Manifest entries of the stages that made the declared inputs, of those that made theirs, and so on, by stage.</summary>
    public required IReadOnlyDictionary<string, LockEntry> Lineage { get; init; }

    /// <summary>Returns the path of a declared input.</summary>
    /// <exception cref="InvalidOperationException">The stage did not declare it, so its key would miss a change.</exception>
    public string Input(Artifact artifact) => Inputs.TryGetValue(artifact, out var path)
        ? path
        : throw new InvalidOperationException($"stage {Name} reads {artifact} but does not declare it as an input");

    /// <summary>Returns a copy of the measurements of a stage that made one of the declared inputs.</summary>
    /// <exception cref="InvalidOperationException">No declared input comes from that stage.</exception>
    public JsonObject InputMetrics(string stage) => UpstreamMetrics.TryGetValue(stage, out var metrics)
        ? (JsonObject)metrics.DeepClone()
        : throw new InvalidOperationException($"stage {Name} reads the metrics of {stage} but declares none of its outputs as an input");
}

/// <summary>Result of a finished stage.</summary>
/// <param name="Outputs">Path of a file or a whole folder, by the artifact's short name ("weights.safetensors").</param>
/// <param name="Metrics">Its measurements: names and small numbers.</param>
public sealed record StageResult(IReadOnlyDictionary<string, string> Outputs, JsonObject Metrics);
