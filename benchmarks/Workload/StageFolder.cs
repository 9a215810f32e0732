using System.Text.Json.Nodes;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;

namespace Benchmarks.Workload;

/// <summary>Folders in which stages run as they do in a pipeline.</summary>
internal static class StageFolder
{
    private static readonly string Key = new('0', 64);

    /// <summary>Checkpoints in a folder.</summary>
    public static CheckpointStore Checkpoints(string folder) => new(folder, Key, keep: 2, _ => { });

    /// <summary>All that a stage asks for.</summary>
    /// <param name="name">The stage's.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="inputs">Artifacts and their paths.</param>
    public static StageContext Context(string name, string folder, IReadOnlyDictionary<string, string> inputs) => new()
    {
        Name = name,
        Key = Key,
        Folder = folder,
        Checkpoints = Checkpoints(folder),
        Progress = new SilentProgress(),
        Metrics = new MetricsLog(Path.Combine(folder, "metrics.jsonl"), TimeProvider.System),
        Cancellation = CancellationToken.None,
        Inputs = inputs,
        UpstreamMetrics = new Dictionary<string, JsonObject>(),
        Lineage = new Dictionary<string, LockEntry>(),
    };
}
