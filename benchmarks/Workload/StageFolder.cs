using System.Text.Json.Nodes;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;

namespace Benchmarks.Workload;

/// <summary>Creates what a stage needs to run in a folder as in a pipeline.</summary>
internal static class StageFolder
{
    private static readonly string Key = new('0', 64);

    /// <summary>Creates a checkpoint store in a folder.</summary>
    public static CheckpointStore Checkpoints(string folder) => new(folder, Key, keep: 2, _ => { });

    /// <summary>Creates the context of a stage.</summary>
    /// <param name="name">Name of the stage.</param>
    /// <param name="folder">Folder of the stage.</param>
    /// <param name="inputs">Paths by artifact.</param>
    public static StageContext Context(string name, string folder, IReadOnlyDictionary<Artifact, string> inputs) => new()
    {
        Name = name,
        Key = Key,
        Folder = folder,
        Checkpoints = Checkpoints(folder),
        Progress = new SilentProgress(),
        Metrics = new MetricsLog(Path.Combine(folder, MetricsLog.FileName), TimeProvider.System),
        Cancellation = CancellationToken.None,
        Inputs = inputs,
        UpstreamMetrics = new Dictionary<string, JsonObject>(),
        Lineage = new Dictionary<string, LockEntry>(),
    };
}
