using Distill.Learning.Optimizers;
using Distill.Pipeline.Options;

namespace Distill.Learning.Training;

/// <summary>The length, batch size and optimizer of a training stage.</summary>
/// <param name="Steps">Number of optimizer steps.</param>
/// <param name="BatchSize">Images per step.</param>
/// <param name="Optimizer">Optimizer and schedule.</param>
/// <param name="Groups">
/// Parts of a batch that are normalized separately, as on that many devices without synchronized batch norm. They run in parallel on
/// the cores of a CPU, and one after the other on a GPU. With <see cref="GradientCache"/>, they need the memory of one group.
/// </param>
public sealed record TrainingOptions(int Steps, int BatchSize, OptimizerOptions Optimizer, int Groups = 1)
{
    /// <summary>Reads <c>steps</c>, <c>batchSize</c>, <c>groups</c> and <c>optimizer</c> from the stage's block.</summary>
    /// <exception cref="UserException">The batch cannot be divided into this number of groups.</exception>
    public static TrainingOptions Read(JsonSection section, TrainingOptions defaults)
    {
        var steps = section.Integer("steps", defaults.Steps, 1, help: "Optimizer steps.");
        return ReadBatch(section, defaults) with { Steps = steps };
    }

    /// <summary>Reads all but the steps, which stay the default ones.</summary>
    /// <inheritdoc cref="Read"/>
    public static TrainingOptions ReadBatch(JsonSection section, TrainingOptions defaults)
    {
        var batchSize = section.Integer("batchSize", defaults.BatchSize, 2, 65536, "Images per step.");
        var groups = section.Integer(
            "groups",
            defaults.Groups,
            1,
            65536,
            "Parts of a batch, each with its own batch norm statistics. On a CPU they run in parallel, on a GPU one after another."
                + " If memory is too small, only one group's graph is kept.");
        return batchSize % groups == 0 && batchSize / groups >= 2
            ? new TrainingOptions(defaults.Steps, batchSize, ReadOptimizer(), groups)
            : throw section.Error(
                "groups",
                $"found {groups}, expected a number that divides the batch of {batchSize} into parts of at least 2");

        OptimizerOptions ReadOptimizer() =>
            OptimizerOptions.Read(section.Section("optimizer", "Optimizer and learning rate schedule."), defaults.Optimizer);
    }
}
