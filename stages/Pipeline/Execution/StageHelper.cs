using Distill.Pipeline.Options;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>
/// Runs stages in a process that helps the one that runs the pipeline. It holds no lease and writes neither manifest nor checkpoint.
/// </summary>
/// <param name="modelsFolder">Folder of the pipeline, such as models/NAME.</param>
/// <param name="stages">The stages of the plan.</param>
/// <param name="clock">Clock of the stages.</param>
public sealed class StageHelper(string modelsFolder, IReadOnlyList<StageDefinition> stages, TimeProvider clock)
{
    /// <summary>Runs a stage that the other process has started. The result is of no use here.</summary>
    /// <param name="call">The stage.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="UserException">The two processes have different options or versions.</exception>
    public void Run(StageCall call, CancellationToken cancellation)
    {
        var stage = stages.SingleOrDefault(stage => stage.Name == call.Stage);
        if (stage is null || StageKey.Compute(stage.Name, stage.Version, stage.Options, call.Hashes) != call.Key)
        {
            throw new UserException(
                $"{call.Stage}: this process has other options than the one that leads; all need the same pipeline.json and program");
        }

        var folder = Path.Combine(modelsFolder, stage.Name);
        Durable.MakeFolder(folder);
        var paths = call.Paths.ToDictionary(pair => Artifact.Parse(pair.Key), pair => pair.Value);
        var inputs = new StageInputs(call.Hashes, paths, new Dictionary<string, System.Text.Json.Nodes.JsonObject>(), []);
        var checkpoints = new CheckpointStore(folder, call.Key, stage.KeepCheckpoints, _ => { });
        var contexts = new StageContexts(modelsFolder, clock);
        stage.Run(contexts.Create(stage, call.Key, inputs, call.Lineage, checkpoints, Silence.Instance, cancellation));
    }

    /// <summary>Shows nothing, because the other process shows the progress of both.</summary>
    private sealed class Silence : IStageProgress
    {
        public static readonly Silence Instance = new();

        public void Report(StageProgress progress)
        {
        }

        public void Note(string message)
        {
        }
    }
}
