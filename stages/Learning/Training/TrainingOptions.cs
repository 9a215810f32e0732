using Distill.Learning.Optimizers;
using Distill.Pipeline.Options;

namespace Distill.Learning.Training;

/// <summary>How long and with what a training stage trains.</summary>
/// <param name="Steps">Optimizer steps in all.</param>
/// <param name="BatchSize">Images in a step.</param>
/// <param name="Optimizer">Optimizer and schedule.</param>
/// <param name="Groups">
/// Parts that a batch is cut into, each normalized by itself, as on that many devices without synchronized batch norm. They are trained side by
/// side on the cores of a CPU and one after the other on a GPU; in the memory of one where <see cref="GradientCache"/> says so.
/// </param>
public sealed record TrainingOptions(int Steps, int BatchSize, OptimizerOptions Optimizer, int Groups = 1)
{
    /// <param name="section">The stage's block: <c>steps</c>, <c>batchSize</c>, <c>groups</c>, <c>optimizer</c>.</param>
    /// <param name="defaults">What holds where a key is absent.</param>
    /// <exception cref="UserException">The batch cannot be cut into so many groups.</exception>
    public static TrainingOptions Read(JsonSection section, TrainingOptions defaults)
    {
        var steps = section.Integer("steps", defaults.Steps, 1, help: "Optimizer steps.");
        var batchSize = section.Integer("batchSize", defaults.BatchSize, 2, 65536, "Images per step.");
        var groups = section.Integer(
            "groups",
            defaults.Groups,
            1,
            65536,
            "Parts of a batch, each with its own batch norm statistics. They run in parallel on a CPU, with gradient caching on a GPU.");
        return batchSize % groups == 0 && batchSize / groups >= 2
            ? new TrainingOptions(
                steps, batchSize, OptimizerOptions.Read(section.Section("optimizer", "Optimizer and learning rate schedule."), defaults.Optimizer), groups)
            : throw section.Error("groups", $"found {groups}, expected a number that divides the batch of {batchSize} into parts of at least 2");
    }
}
