using System.Text.Json.Nodes;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests;

/// <summary>A folder and a context in which a test runs one stage on the CPU.</summary>
internal sealed class StageFixture : IDisposable, IStageProgress
{
    public static readonly RunSettings Settings = new(new Compute(CPU, false), 0, TimeSpan.FromDays(1), LoaderThreads: 1);

    private static readonly string Key = new('a', 64);

    private readonly CancellationTokenSource _cancellation = new();

    /// <summary>The folder of the stage.</summary>
    public TempFolder Folder { get; } = new();

    /// <summary>Paths of the artifacts that the stage reads.</summary>
    public Dictionary<Artifact, string> Inputs { get; } = [];

    /// <summary>Metrics of earlier stages.</summary>
    public Dictionary<string, JsonObject> UpstreamMetrics { get; } = [];

    /// <summary>Number of live tensors at each report.</summary>
    public List<long> TensorCounts { get; } = [];

    public List<StageProgress> Reports { get; } = [];

    public List<string> Notes { get; } = [];

    /// <summary>The step after which the run is interrupted; null for none.</summary>
    public long? CancelAt { get; init; }

    /// <summary>Creates the context of a run; a second one in the same folder resumes the first.</summary>
    public StageContext Context(string name) => new()
    {
        Name = name,
        Key = Key,
        Folder = Folder.Path,
        Checkpoints = new CheckpointStore(Folder.Path, Key, 2, warning => throw new InvalidOperationException(warning)),
        Progress = this,
        Metrics = new MetricsLog(Folder["metrics.jsonl"], TimeProvider.System),
        Cancellation = _cancellation.Token,
        Inputs = Inputs,
        UpstreamMetrics = UpstreamMetrics,
        Lineage = new Dictionary<string, LockEntry>(),
    };

    /// <summary>Copies everything in the folder to another fixture, which then resumes the run.</summary>
    public void CopyFilesTo(StageFixture other)
    {
        foreach (var file in Directory.GetFiles(Folder.Path, "*", SearchOption.AllDirectories))
        {
            var copy = other.Folder[Path.GetRelativePath(Folder.Path, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public void Report(StageProgress progress)
    {
        Reports.Add(progress);
        TensorCounts.Add(Tensor.TotalCount);
        if (progress.Done == CancelAt)
        {
            _cancellation.Cancel();
        }
    }

    public void Note(string message) => Notes.Add(message);

    public void Dispose()
    {
        _cancellation.Dispose();
        Folder.Dispose();
    }
}
