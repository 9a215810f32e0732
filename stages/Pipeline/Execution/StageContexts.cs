using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>Creates what running stages may use.</summary>
/// <param name="modelsFolder">Folder that holds the folders of all stages.</param>
/// <param name="clock">Clock of the metrics' times.</param>
internal sealed class StageContexts(string modelsFolder, TimeProvider clock)
{
    /// <summary>Creates the context of a stage.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="key">Its key.</param>
    /// <param name="inputs">Its inputs, all of which exist.</param>
    /// <param name="entries">Manifest entries of the stages that are done.</param>
    /// <param name="checkpoints">Its checkpoints.</param>
    /// <param name="progress">Where it reports.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="part">The part of its work to do.</param>
    public StageContext Create(
        StageDefinition stage,
        string key,
        StageInputs inputs,
        IReadOnlyDictionary<string, LockEntry> entries,
        CheckpointStore checkpoints,
        IStageProgress progress,
        CancellationToken cancellation,
        WorkPart? part = null)
    {
        var folder = Path.Combine(modelsFolder, stage.Name);
        var lineage = Lineage.Of(stage.Inputs, entries);
        var paths = inputs.Paths.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value);
        return new StageContext
        {
            Name = stage.Name,
            Key = key,
            Folder = folder,
            Checkpoints = checkpoints,
            Progress = progress,
            Metrics = new MetricsLog(Path.Combine(folder, MetricsLog.FileName), clock),
            Cancellation = cancellation,
            Part = part ?? WorkPart.Whole,
            Inputs = inputs.Paths,
            Call = new StageCall(stage.Name, key, inputs.Hashes, paths, lineage),
            Lineage = lineage,
            UpstreamMetrics = stage.Inputs.Select(artifact => artifact.Stage).Distinct()
                .Where(entries.ContainsKey)
                .ToDictionary(maker => maker, maker => entries[maker].Metrics),
        };
    }
}
