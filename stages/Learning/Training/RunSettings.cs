using Distill.Learning.Randomness;
using Distill.Learning.Ranks;
using Distill.Pipeline.Options;

namespace Distill.Learning.Training;

/// <summary>
/// The settings that all stages share: device, seed, and how often they save. Only the seed is part of a stage's key. The device, its
/// arithmetic and the number of threads change the last digits of results; each stage records the machines that it ran on.
/// </summary>
/// <param name="Compute">Device and arithmetic.</param>
/// <param name="Seed">The seed of every random number of the run.</param>
/// <param name="CheckpointEvery">
/// Time between two checkpoints, hence the most that a kill can lose. If saving takes more than a twentieth of it, the time between
/// saves is 20 times what saving takes. Zero saves after every step.
/// </param>
/// <param name="LoaderThreads">
/// Threads that decode and crop images. 0 means one per processor, or one fewer with a GPU, which needs a thread to feed it.
/// </param>
/// <param name="GradientCache">
/// How the groups of a batch are computed. Results do not depend on it, except for the rounding of sums.
/// </param>
/// <param name="SnapshotEverySteps">Steps between weights that are kept permanently, for later evaluation; 0 for none.</param>
public sealed record RunSettings(
    Compute Compute,
    long Seed,
    TimeSpan CheckpointEvery,
    int LoaderThreads = 0,
    GradientCache GradientCache = GradientCache.Auto,
    int SnapshotEverySteps = 0)
{
    /// <summary>The processes that train together. Neither keys nor results depend on their number, except for rounding.</summary>
    public IRanks Ranks { get; init; } = Alone.Instance;

    /// <summary>How several processes divide a batch of one group. Results do not depend on it, except for rounding.</summary>
    public BatchNorm BatchNorm { get; init; } = BatchNorm.Local;

    /// <summary>
    /// Reads <c>device</c>, <c>precision</c>, <c>seed</c>, <c>checkpointEverySeconds</c>, <c>loaderThreads</c>, <c>gradientCache</c>,
    /// <c>snapshotEverySteps</c> and <c>batchNorm</c> from the top level of the file.
    /// </summary>
    public static RunSettings Read(JsonSection root) => new(
        Compute.Read(root),
        root.Integer("seed", 0, help: "Seed of all random numbers of the run."),
        TimeSpan.FromSeconds(root.Number(
            "checkpointEverySeconds", 30, 0, 86400,
            "Longest time between checkpoints, in seconds, or 20 times what a save takes if that is longer. 0 saves after every step.")),
        root.Integer(
            "loaderThreads", 0, 0, 1024,
            "Threads that decode and crop images. 0: one per processor, one fewer with a GPU. Results do not depend on it."),
        root.Choice(
            "gradientCache", GradientCache.Auto,
            "Whether the groups of a batch run one after another in the memory of one. auto: when memory is too small for all. Results are "
                + "the same except for rounding."),
        root.Integer(
            "snapshotEverySteps", 0, 0,
            help: "Keeps the weights of every stage each time after this many steps, in checkpoints/snapshots. 0: none. Results do not "
                + "depend on it."))
    {
        BatchNorm = root.Choice(
            "batchNorm", BatchNorm.Local,
            "What several processes do where groups is 1. local: one of them trains alone. global: each has a part of the batch, and they "
                + "normalize all parts together. Results are the same except for rounding."),
    };

    /// <summary>
    /// The processes that take part in a training. One group cannot be divided, unless they normalize it together, so the leader trains it
    /// alone.
    /// </summary>
    public IRanks RanksFor(TrainingOptions training) =>
        training.Groups == 1 && BatchNorm == BatchNorm.Local ? Alone.Instance : Ranks;

    /// <summary>Parts of a batch that are computed separately: its groups, or what each process has of one group.</summary>
    public int PartsOf(TrainingOptions training) => training.Groups == 1 ? RanksFor(training).Count : training.Groups;

    /// <summary>The random key of one stage.</summary>
    public RandomKey Random(string stage) => RandomKey.FromSeed(Seed).Fold(stage);
}
