using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Ranks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;
using Tests.Golden;
using Tests.Pipeline;
using Tests.Pipeline.Execution;
using static TorchSharp.torch;
using Sequential = TorchSharp.Modules.Sequential;

namespace Tests.Learning.Training;

/// <summary>A regression with a few dozen weights, and a batch norm so that there are buffers.</summary>
internal sealed class TinyTask : TrainingTask, IDisposable
{
    private readonly Lazy<nn.Module<Tensor, Tensor>> _network;

    public TinyTask() => _network = new Lazy<nn.Module<Tensor, Tensor>>(() =>
    {
        var network = NewNetwork();
        Pattern.Fill(network);
        return Wrap(network);
    });

    public override nn.Module<Tensor, Tensor> Network => _network.Value;

    public override nn.Module<Tensor, Tensor> NewReplica() => Wrap(NewNetwork());

    /// <summary>Wraps the network in another module.</summary>
    public Func<nn.Module<Tensor, Tensor>, nn.Module<Tensor, Tensor>> Wrap { get; init; } = network => network;

    public override int ItemsPerStep => Rows;

    /// <summary>Rows of a batch.</summary>
    public int Rows { get; init; } = 16;

    /// <summary>The processes that train together.</summary>
    public IRanks Ranks { get; init; } = Alone.Instance;

    /// <summary>How the processes divide a batch of one group.</summary>
    public BatchNorm BatchNorm { get; init; }

    /// <summary>Called with each step before it is computed.</summary>
    public Action<long> Before { get; init; } = _ => { };

    /// <summary>What the task keeps beside network and optimizer.</summary>
    public Dictionary<string, Tensor> Extra { get; } = [];

    /// <summary>Multiplies the loss of a step.</summary>
    public Func<long, double> Factor { get; init; } = _ => 1;

    /// <summary>The clock that decides when a checkpoint is due.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Runs each save.</summary>
    public Action<Action> Attempt { get; init; } = save => save();

    /// <summary>Called with the step at the end of each save.</summary>
    public Action<long> Saved { get; init; } = _ => { };

    /// <summary>Whether checkpoints are written while training continues.</summary>
    public bool? SavesMeanwhile { get; init; } = false;

    /// <summary>The progress and notes of the loop.</summary>
    public RecordingView View { get; } = new();

    /// <summary>Runs the loop in a folder, as a stage would.</summary>
    public TrainingOutcome Run(
        TempFolder folder,
        TrainingOptions options,
        TimeSpan checkpointEvery,
        GradientCache cache = GradientCache.Auto,
        int snapshotEvery = 0,
        bool readsEveryStep = true,
        CancellationToken cancellation = default)
    {
        var context = new StageContext
        {
            Name = "tiny",
            Key = new string('a', 64),
            Folder = folder.Path,
            Checkpoints = Checkpoints(folder, Saved, Attempt),
            Progress = View,
            Metrics = new MetricsLog(folder["metrics.jsonl"], new ManualClock()),
            Cancellation = cancellation,
            Inputs = new Dictionary<Artifact, string>(),
            UpstreamMetrics = new Dictionary<string, System.Text.Json.Nodes.JsonObject>(),
            Lineage = new Dictionary<string, LockEntry>(),
        };
        if (!Ranks.Leads)
        {
            // The call of the stage, which the leader's loop sends.
            Ranks.Broadcast(null);
        }

        var settings = new RunSettings(
            new Compute(CPU, false), 0, checkpointEvery, GradientCache: cache, SnapshotEverySteps: snapshotEvery)
        {
            Ranks = Ranks,
            BatchNorm = BatchNorm,
        };
        return new TrainingLoop(context, options, settings)
        {
            ReadsEveryStep = readsEveryStep,
            Clock = Clock,
            SavesMeanwhile = SavesMeanwhile,
        }.Run(this);
    }

    public static CheckpointStore Checkpoints(TempFolder folder, Action<long>? saved = null, Action<Action>? attempt = null) =>
        new(folder.Path, new string('a', 64), 2, warning => throw new InvalidOperationException(warning))
        {
            Saved = saved,
            Attempt = attempt ?? (save => save()),
        };

    public static TrainingOptions Options(int steps, OptimizerKind kind = OptimizerKind.AdamW, int groups = 1) =>
        new(steps, 16, new OptimizerOptions(kind, 0.05, 0.01, 0.9, 0.2), groups);

    public override double EpochOf(long step) => step / 10.0;

    public override StepInputs Inputs(long step, BatchShare share)
    {
        Before(step);
        // Cloned into libtorch's aligned memory, because matrix products of unaligned memory are rounded differently.
        return StepInputs.Of(Pattern.Uniform($"x{step}", Rows, 4).clone(), share);
    }

    public override IReadOnlyDictionary<string, Tensor> ExtraState => Extra;

    public override bool IsLossSumOfRows => SumsRows;

    /// <summary>Whether the passes may use <see cref="PartialLoss"/>.</summary>
    public bool SumsRows { get; init; }

    public override Tensor Loss(long step, Tensor outputs) => PartialLoss(step, outputs, first: 0);

    public override Tensor PartialLoss(long step, Tensor outputs, long first)
    {
        var y = Pattern.Uniform($"x{step}", Rows, 4).clone().sum(dim: 1, keepdim: true).sin();
        return outputs.sub(y.narrow(0, first, outputs.shape[0])).pow(2).sum().div(Rows).mul(Factor(step));
    }

    /// <summary>Called when the loop measures.</summary>
    public Action Measured { get; init; } = () => { };

    public override IReadOnlyDictionary<string, double> Monitor()
    {
        Measured();
        return base.Monitor();
    }

    public void Dispose() => Network.Dispose();

    private static Sequential NewNetwork() =>
        nn.Sequential(("in", nn.Linear(4, 8)), ("norm", new BatchNormalization(8)), ("relu", nn.ReLU()), ("out", nn.Linear(8, 1)));
}
