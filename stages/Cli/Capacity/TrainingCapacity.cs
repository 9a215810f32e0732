using Distill.Learning.Costs;
using Distill.Learning.Training;
using Distill.Rivals;

namespace Distill.Cli.Capacity;

/// <summary>What a training stage needs: memory, disk and time, from the measured costs of its networks.</summary>
/// <param name="Training">The stage.</param>
/// <param name="Cost">Costs of its network.</param>
/// <param name="Teacher">Costs of the network that labels in every step; null if none does.</param>
/// <param name="PairBytes">Bytes of the contrastive loss per pair of a row and a candidate, at the peak; 0 for other losses.</param>
/// <param name="Data">The dataset.</param>
/// <param name="InferenceRows">Images that are in memory together in inference mode.</param>
/// <param name="OnGpu">Whether the stage trains on a GPU.</param>
/// <param name="Cache">How groups are computed.</param>
internal sealed record TrainingCapacity(
    PlannedTraining Training,
    StepCost Cost,
    StepCost? Teacher,
    double PairBytes,
    PlannedData Data,
    int InferenceRows,
    bool OnGpu,
    GradientCache Cache)
{
    private const int BytesPerFloat = 4;

    // The current batch and two that are loaded ahead.
    private const int LoadedBatches = 3;

    /// <summary>Checkpoints that are kept, and the one that is being written.</summary>
    private const int CheckpointsOnDisk = 3;

    /// <summary>What the method needs beside the network.</summary>
    public MethodMemory Beside { get; init; } = MethodMemory.None;

    private int Groups => Training.Training.Groups;

    /// <summary>Bytes of the momentum copy and the queue.</summary>
    public long QueueBytes => Training.QueueSize > 0
        ? Cost.WeightBytes + (long)Training.QueueSize * Training.ProjectionLength * BytesPerFloat
        : 0;

    /// <summary>
    /// Bytes that are in memory between steps: weights, gradients, optimizer, queue, a teacher in two forms, and what a method keeps.
    /// </summary>
    public long StateBytes => Cost.StateBytes * (1 + Training.Students) + Cost.WeightBytes * Training.Averages
        + QueueBytes + 2 * (Teacher?.WeightBytes ?? 0) + Beside.StateBytes;

    /// <summary>Bytes of one checkpoint.</summary>
    public long CheckpointBytes =>
        (Cost.WeightBytes + Cost.OptimizerBytes) * (1 + Training.Students) + Cost.WeightBytes * Training.Averages
        + QueueBytes + (Training.SavesTeacher ? Teacher!.WeightBytes : 0) + Beside.SavedBytes;

    /// <summary>Bytes that checkpoints take on the disk while the stage runs.</summary>
    public long DiskBytes => CheckpointsOnDisk * CheckpointBytes + Cost.WeightBytes;

    /// <summary>Bytes of the loss and its gradient.</summary>
    public long LossBytes => (long)(PairBytes * Training.Rows * (Training.Rows + Training.QueueSize)) + Beside.LossBytes;

    /// <summary>Bytes of the views in the host's memory.</summary>
    public long ViewBytes => Data.IsInMemory
        ? 0
        : LoadedBatches * (Training.Rows + Training.TeacherRows) * Data.Shape.Size * (OnGpu ? 1 : BytesPerFloat);

    /// <summary>Bytes of one group's activations, at the peak.</summary>
    public long GroupBytes => ActivationBytes(Groups);

    /// <summary>Seconds of a step.</summary>
    public double StepSeconds =>
        Training.Rows * (Cost.RowSeconds + (Caches ? Cost.ForwardRowSeconds : 0) + (QueueBytes > 0 ? Cost.ForwardRowSeconds : 0)
            + (Teacher?.ForwardRowSeconds ?? 0))
        + Groups * Cost.GroupSeconds
        + Cost.UpdateSeconds;

    /// <summary>Seconds of all steps.</summary>
    public double Seconds => StepSeconds * Training.Training.Steps;

    /// <summary>Whether the groups run one after another with a second forward pass.</summary>
    private bool Caches => Groups > 1 && !Training.IsLossSumOfRows && Cache != GradientCache.Off;

    /// <summary>
    /// Bytes on the device while the network is measured between steps, or labels. It has a second form then, and no graph.
    /// </summary>
    public long InferenceBytes => StateBytes + Cost.WeightBytes + (long)(InferenceRows * Cost.InferenceRowBytes) + ImageBytes;

    private long ImageBytes => OnGpu ? Data.BytesInMemory : 0;

    /// <summary>Bytes on the device at the peak of a step, without the program itself.</summary>
    /// <param name="groups">Number of groups.</param>
    /// <param name="atOnce">Whether the graphs of all groups are in memory together.</param>
    public long StepBytes(int groups, bool atOnce)
    {
        var together = atOnce || groups == 1;
        // Each process has as many of the groups.
        var own = Math.Max(1, groups / Training.Ranks);
        var graphs = ActivationBytes(groups) * (atOnce ? own : 1);
        var work = Math.Max(together ? graphs + LossBytes : Math.Max(graphs, LossBytes), Cost.UpdateBytes);
        var replicas = atOnce && !OnGpu ? (own - 1) * Cost.GradientBytes : 0;
        return StateBytes + replicas + work + ImageBytes;
    }

    /// <summary>Bytes of a step in a number of groups, in the least memory that the options allow.</summary>
    public long LeastStepBytes(int groups) => StepBytes(groups, atOnce: Cache == GradientCache.Off && groups > 1);

    /// <summary>Bytes of the host's memory beside those of the device: images, views, and the copy of a checkpoint.</summary>
    public long HostBytes => (OnGpu ? 0 : Data.BytesInMemory) + ViewBytes + CheckpointBytes;

    /// <summary>Returns the smallest number of groups with which a step fits into a memory; null if none does.</summary>
    /// <param name="bytes">Usable bytes of the device.</param>
    public int? GroupsIn(long bytes)
    {
        if (InferenceBytes > bytes)
        {
            return null;
        }

        var batch = Training.Training.BatchSize;
        return Enumerable.Range(1, batch / 2)
            .Where(groups => batch % groups == 0 && (groups == 1 || groups % Training.Ranks == 0))
            .Select(groups => (int?)groups)
            .FirstOrDefault(groups => LeastStepBytes(groups!.Value) <= bytes);
    }

    private long ActivationBytes(int groups) => Cost.GroupBytes(Training.RowsIn(groups));
}
