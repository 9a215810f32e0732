using Distill.Pipeline.Options;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>
/// Does parts of a stage's work, as the tasks of a job array do. A task takes no lease and does not change the run manifest, so tasks can
/// run at the same time, on all machines that share the folders. The next <see cref="PipelineRunner.Run"/> verifies their files and
/// finishes the stage.
/// </summary>
/// <param name="modelsFolder">Folder of the pipeline, such as models/NAME.</param>
/// <param name="stages">All stages of the pipeline, in order.</param>
/// <param name="externals">Artifacts that no stage makes, by name.</param>
/// <param name="view">View that shows the work to the user.</param>
/// <param name="clock">Clock that times the work.</param>
public sealed class PartRunner(
    string modelsFolder,
    IReadOnlyList<StageDefinition> stages,
    IReadOnlyDictionary<Artifact, ExternalInput> externals,
    IProgressView view,
    TimeProvider clock)
{
    /// <summary>Does a part of a stage, whose results must be files of which each belongs to one part.</summary>
    /// <param name="name">The stage.</param>
    /// <param name="part">The part of its work.</param>
    /// <param name="cancellation">Stops the work. The same call continues it.</param>
    /// <exception cref="UserException">A stage before it is not done, or its output has changed.</exception>
    /// <exception cref="StageFailedException">The stage failed. The same call continues it.</exception>
    public void Run(string name, WorkPart part, CancellationToken cancellation)
    {
        var done = DoneStages();
        if (done.ContainsKey(name))
        {
            view.Skip(name);
            return;
        }

        var number = 1 + stages.TakeWhile(definition => definition.Name != name).Count();
        var stage = stages[number - 1];
        var inputs = new InputResolver(externals).Resolve(stage, done);
        CheckInputs(stage, inputs, done);

        var start = clock.GetTimestamp();
        var progress = view.Begin(name, number, stages.Count, null);
        var key = StageKey.Compute(name, stage.Version, stage.Options, inputs.Hashes);
        var folder = Path.Combine(modelsFolder, name);
        Durable.MakeFolder(folder);
        var checkpoints = new CheckpointStore(folder, key, stage.KeepCheckpoints, progress.Note);
        try
        {
            var contexts = new StageContexts(modelsFolder, clock);
            var result = stage.Run(contexts.Create(stage, key, inputs, done, checkpoints, progress, cancellation, part));
            view.End(name, clock.GetElapsedTime(start), result.Metrics);
        }
        catch (Exception error)
        {
            throw StageFailedException.Of(name, error, cancellation);
        }
    }

    private Dictionary<string, LockEntry> DoneStages()
    {
        var done = new PipelineRunner(modelsFolder, stages, externals, view, clock).Status()
            .Where(status => status.State == StageState.Done)
            .Select(status => status.Name)
            .ToHashSet();
        return RunManifest.Load(Path.Combine(modelsFolder, PipelineRunner.LockFile), view.Note).Stages
            .Where(entry => done.Contains(entry.Key))
            .ToDictionary();
    }

    /// <summary>Checks that all inputs exist and have the bytes that the run manifest states.</summary>
    private static void CheckInputs(StageDefinition stage, StageInputs inputs, Dictionary<string, LockEntry> done)
    {
        if (inputs.WaitsFor is [var waited, ..])
        {
            throw new UserException($"{stage.Name} waits for {waited}: finish that first, with distill run --until {waited}");
        }

        foreach (var artifact in stage.Inputs.Where(artifact => done.ContainsKey(artifact.Stage)))
        {
            if (done[artifact.Stage].Outputs[artifact.File].FindChange(thorough: true) is { } change)
            {
                throw new UserException($"{inputs.Paths[artifact]} {change}: make it again, with distill run --until {artifact.Stage}");
            }
        }
    }
}
