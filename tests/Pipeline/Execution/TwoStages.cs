using System.Text.Json.Nodes;
using Distill.Pipeline.Execution;

namespace Tests.Pipeline.Execution;

/// <summary>
/// A plan of two stages in a temporary folder. "pretrain" reads dataset/train and writes its option "text" into weights.txt; "finetune"
/// reads that file and writes its length. Tests change what they need.
/// </summary>
internal sealed class TwoStages : IDisposable
{
    public static readonly Artifact Train = new("dataset", "train");

    private static readonly Artifact PretrainedWeights = new("pretrain", "weights.txt");

    public TempFolder Folder { get; } = new();

    public ManualClock Clock { get; } = new();

    public RecordingView View { get; } = new();

    public JsonObject PretrainOptions { get; set; } = new() { ["text"] = "abc", ["steps"] = 100 };

    public int PretrainVersion { get; set; } = 1;

    public string Dataset { get; set; } = "d0";

    /// <summary>Options that are part of the dataset's hash.</summary>
    public JsonObject? DatasetOptions { get; set; }

    public string? Machine { get; set; }

    /// <summary>Called by pretrain before it writes its weights.</summary>
    public Action<StageContext> BeforeWeights { get; set; } = _ => { };

    /// <summary>Name of the folder of the run.</summary>
    public string Name { get; set; } = "models";

    public IReadOnlyList<string> OtherRuns { get; set; } = [];

    public string Models => Folder[Name];

    public string ManifestPath => Path.Combine(Models, "pipeline.lock.json");

    public string Weights => Path.Combine(Models, "pretrain", "weights.txt");

    public LockEntry Locked(string stage) => RunManifest.Load(ManifestPath, _ => { }).Stages[stage];

    public PipelineRunner Runner() => new(
        Models,
        [
            new StageDefinition("pretrain", PretrainVersion, PretrainOptions, [Train], Pretrain),
            new StageDefinition("finetune", 1, [], [Train, PretrainedWeights], FineTune),
        ],
        new Dictionary<Artifact, ExternalInput>
        {
            [Train] = new(Folder["data"], new Lazy<string>(() => Dataset)) { Options = DatasetOptions },
        },
        View,
        Clock)
    {
        Machine = Machine,
        OtherRuns = OtherRuns,
    };

    /// <summary>Runs the plan and returns the lines that were shown.</summary>
    public string[] Run(CancellationToken cancellation = default)
    {
        View.Lines.Clear();
        Runner().Run(cancellation);
        return [.. View.Lines];
    }

    /// <summary>Returns "STATE: reasons" for each stage.</summary>
    public string[] Status() => [.. Runner().Status().Select(status => $"{status.State}: {string.Join("; ", status.Reasons)}")];

    public void Dispose() => Folder.Dispose();

    private StageResult Pretrain(StageContext context)
    {
        Clock.Pass(5);
        BeforeWeights(context);
        var path = Path.Combine(context.Folder, "weights.txt");
        File.WriteAllText(path, PretrainOptions["text"]!.GetValue<string>());
        return new StageResult(new Dictionary<string, string> { ["weights.txt"] = path }, new JsonObject { ["knn"] = 41.5 });
    }

    private StageResult FineTune(StageContext context)
    {
        Clock.Pass(1);
        var report = Path.Combine(context.Folder, "report");
        Directory.CreateDirectory(report);
        File.WriteAllText(Path.Combine(report, "length.txt"), $"{new FileInfo(context.Input(PretrainedWeights)).Length}");
        return new StageResult(
            new Dictionary<string, string> { ["report"] = report },
            new JsonObject { ["teacherKnn"] = context.InputMetrics("pretrain")["knn"]!.DeepClone() });
    }
}
