using Stages.Learning.Optimizers;
using Stages.Pipeline.Options;

namespace Stages.Learning.Training;

/// <summary>How long and with what a training stage trains.</summary>
/// <param name="Steps">Optimizer steps in all.</param>
/// <param name="BatchSize">Images in a step.</param>
/// <param name="Optimizer">Optimizer and schedule.</param>
public sealed record TrainingOptions(int Steps, int BatchSize, OptimizerOptions Optimizer)
{
    /// <param name="section">The stage's block: <c>steps</c>, <c>batchSize</c>, <c>optimizer</c>.</param>
    /// <param name="defaults">What holds where a key is absent.</param>
    public static TrainingOptions Read(JsonSection section, TrainingOptions defaults) => new(
        section.Integer("steps", defaults.Steps, 1),
        section.Integer("batchSize", defaults.BatchSize, 2, 65536),
        OptimizerOptions.Read(section.Section("optimizer"), defaults.Optimizer));
}
