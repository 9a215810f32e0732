using Distill.Artifacts;
using Distill.Cli.Planning;
using Distill.Distill;
using Distill.Imaging.Evaluation;
using Distill.Learning.Costs;
using Distill.Learning.Losses;
using Distill.Learning.Native;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Pipeline.Options;
using Distill.Rivals;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Cli.Capacity;

/// <summary>What the stages of a pipeline need, from measurements of small groups on this machine's CPU.</summary>
/// <param name="Data">The dataset.</param>
/// <param name="Trainings">The stages that train.</param>
/// <param name="Labelings">The stages that label.</param>
/// <param name="Features">The linear evaluation of the encoder; null if there is none.</param>
/// <param name="ProgramBytes">Bytes of the program itself, with libtorch.</param>
internal sealed record CapacityPlan(
    PlannedData Data,
    IReadOnlyList<TrainingCapacity> Trainings,
    IReadOnlyList<LabelCapacity> Labelings,
    FeatureCapacity? Features,
    long ProgramBytes)
{
    private const int LossRows = 2048;

    /// <summary>Measures the networks of a pipeline.</summary>
    /// <param name="options">The pipeline.</param>
    /// <param name="data">Its dataset.</param>
    /// <param name="progress">Receives the name of each stage before it is measured.</param>
    /// <param name="cancellation">Stops between two networks.</param>
    public static CapacityPlan Measure(
        PipelineOptions options, PlannedData data, Action<string> progress, CancellationToken cancellation) =>
        Measure(options, PlannedTraining.ListOf(options), data, progress, cancellation);

    /// <summary>Measures some networks of a pipeline.</summary>
    /// <param name="options">The pipeline.</param>
    /// <param name="trainings">The stages to measure.</param>
    /// <param name="data">Its dataset.</param>
    /// <param name="progress">Receives the name of each stage before it is measured.</param>
    /// <param name="cancellation">Stops between two networks.</param>
    public static CapacityPlan Measure(
        PipelineOptions options,
        IReadOnlyList<PlannedTraining> trainings,
        PlannedData data,
        Action<string> progress,
        CancellationToken cancellation)
    {
        var settings = options.Settings;
        var onGpu = settings.Compute.Device.type != DeviceType.CPU;
        var costs = new Dictionary<PlannedTraining, StepCost>();
        var inferenceRows = new Dictionary<PlannedTraining, int>();
        foreach (var training in trainings)
        {
            Add(training);
            if (training.Teacher is { } teacher && !costs.ContainsKey(teacher))
            {
                Add(teacher);
            }
        }

        TrainingCapacity[] capacities =
        [
            .. trainings.Select(training => new TrainingCapacity(
                training,
                costs[training],
                training.Teacher is { } teacher ? costs[teacher] : null,
                training.ProjectionLength > 0 ? PairBytes(training) : 0,
                data,
                inferenceRows[training],
                onGpu,
                settings.GradientCache)
            {
                Beside = training.Beside?.Invoke(data) ?? MethodMemory.None,
            }),
        ];
        // Now the libraries have made their kernels, and no network is in memory.
        return new CapacityPlan(
            data, capacities, Labels(options, data, capacities), FeatureCapacity.Of(options, data), ProcessMemory.ResidentAfterTrim());

        void Add(PlannedTraining training)
        {
            if (costs.Keys.FirstOrDefault(training.CostsAs) is { } same)
            {
                (costs[training], inferenceRows[training]) = (costs[same], inferenceRows[same]);
                return;
            }

            cancellation.ThrowIfCancellationRequested();
            progress(training.Stage);
            using var network = training.Create(data.Shape.Channels, data.Classes);
            CheckRoom(training, network.ParameterCount());
            inferenceRows[training] = Inference.Workers(settings.Compute)
                * Inference.BatchSize(data.Shape, settings.Compute, network);
            costs[training] = StepMeasurement.Run(
                network,
                [data.Shape.Channels, data.Shape.Height, data.Shape.Width],
                training.Training.Optimizer,
                settings.Compute with { Device = CPU },
                training.RowsPerGroup);
        }
    }

    /// <summary>Refuses to measure a network that this machine cannot hold: Linux would end the process.</summary>
    private static void CheckRoom(PlannedTraining training, long parameters)
    {
        // The weights are in memory already. Gradients, optimizer, weights in another precision and the graph of few rows follow.
        var copies = training.Training.Optimizer.Kind == OptimizerKind.AdamW ? 4.5 : 3.5;
        var (needed, available) = ((long)(copies * sizeof(float) * parameters), ProcessMemory.Available);
        if (needed > available)
        {
            throw new UserException(
                FormattableString.Invariant($"{training.Stage}: measuring its {parameters:N0} parameters needs {needed >> 20} MiB more ")
                + FormattableString.Invariant($"memory, and {available >> 20} MiB are left; make the plan on a machine with more memory"));
        }
    }

    private static LabelCapacity[] Labels(PipelineOptions options, PlannedData data, IReadOnlyList<TrainingCapacity> trainings)
    {
        var names = options.Rounds.Select(round => round.Name).Prepend(StageNames.FineTune).ToArray();
        return
        [
            .. options.Rivals.Rounds.Select(taught => (taught.Round, Stage: taught.Labeling, taught.Teacher))
                .Concat(options.Rounds.Index().Select(round => (
                    Round: round.Item, Stage: StageNames.LabelOf(round.Index), Teacher: names[round.Index])))
                .Where(labeled => labeled.Round.Targets == TargetsKind.Stored)
                .Select(labeled => new LabelCapacity(
                    labeled.Stage,
                    (long)data.Images * labeled.Round.Label.Options.ViewsPerImage,
                    labeled.Round.Label.Options.TopK is var topK && topK > 0 && topK < data.Classes ? topK : 0,
                    data.Classes,
                    trainings.FirstOrDefault(training => training.Training.Stage == labeled.Teacher)?.Cost.ForwardRowSeconds)),
        ];
    }

    /// <summary>Measures the contrastive loss on fewer rows, with the same share of the queue: its memory grows with the pairs.</summary>
    private static double PairBytes(PlannedTraining training)
    {
        using var scope = NewDisposeScope();
        var rows = Math.Min(LossRows, training.Rows);
        var keys = training.QueueSize * rows / training.Rows;
        var queue = keys > 0 ? nn.functional.normalize(rand(keys, training.ProjectionLength)) : null;
        var bytes = 0L;
        ProcessMemory.WithExactAllocations(() => bytes = Enumerable.Range(0, 3).Min(_ => ProcessMemory.PeakOf(() =>
        {
            using var inner = NewDisposeScope();
            var outputs = rand([rows, training.ProjectionLength], requires_grad: true);
            ContrastiveLoss.NtXent(outputs, temperature: 0.1, queue).backward();
        })));
        return bytes / ((double)rows * (rows + keys));
    }
}
