using Distill.Pipeline.Options;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Retries;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>
/// Runs the stages of a plan in order. A stage whose key and outputs match the run manifest is skipped, an interrupted stage resumes from
/// its checkpoint, and the others run. Keys are computed before a stage runs, and nothing is deleted first.
/// </summary>
public sealed class PipelineRunner
{
    /// <summary>Name of the run manifest in the models folder.</summary>
    public const string LockFile = "pipeline.lock.json";

    private const string LeaseFile = "pipeline.lease";

    private readonly string _modelsFolder;
    private readonly IReadOnlyList<StageDefinition> _stages;
    private readonly InputResolver _inputs;
    private readonly IProgressView _view;
    private readonly TimeProvider _clock;

    /// <param name="modelsFolder">Folder of the pipeline, such as models/NAME.</param>
    /// <param name="stages">Stages in the order in which they run; a stage reads only earlier ones.</param>
    /// <param name="externals">Artifacts that no stage makes, by name.</param>
    /// <param name="view">View that shows the run to the user.</param>
    /// <param name="clock">Clock that times the stages.</param>
    /// <exception cref="ArgumentException">Two stages share a name, or no earlier stage makes an input.</exception>
    public PipelineRunner(
        string modelsFolder,
        IReadOnlyList<StageDefinition> stages,
        IReadOnlyDictionary<Artifact, ExternalInput> externals,
        IProgressView view,
        TimeProvider clock)
    {
        _inputs = new InputResolver(externals);
        _inputs.CheckPlan(stages);
        (_modelsFolder, _stages, _view, _clock) = (modelsFolder, stages, view, clock);
    }

    /// <summary>
    /// Machine and precision of this process, which the run manifest records; null to record nothing. A stage that continues on another
    /// machine notes it.
    /// </summary>
    public string? Machine { get; init; }

    /// <summary>
    /// Folders of other runs, such as those with other labels: what one of them has finished under the same key is copied, not computed.
    /// </summary>
    public IReadOnlyList<string> OtherRuns { get; init; } = [];

    private string ManifestPath => Path.Combine(_modelsFolder, LockFile);

    /// <summary>Determines the status of all stages quickly: outputs are compared by size only, and nothing is written.</summary>
    /// <exception cref="UserException">The run manifest cannot be read.</exception>
    public IReadOnlyList<StageStatus> Status()
    {
        if (!Directory.Exists(_modelsFolder))
        {
            // Nothing has run, so no input needs a hash, and no cache of hashes is written.
            return [.. _stages.Select(stage => new StageStatus(stage.Name, StageState.ToDo, [.. _inputs.Before(stage)], null, 0))];
        }

        var entries = RunManifest.Load(ManifestPath, _view.Note).Stages;
        var assessor = new StageAssessor(_modelsFolder, thorough: false);
        var done = new Dictionary<string, LockEntry>();
        var all = new List<StageStatus>();
        foreach (var stage in _stages)
        {
            var entry = entries.GetValueOrDefault(stage.Name);
            var status = assessor.Assess(stage, entry, _inputs.Resolve(stage, done));
            all.Add(status);
            if (status.State == StageState.Done)
            {
                done.Add(stage.Name, entry!);
            }
        }

        return all;
    }

    /// <summary>Runs the stages that are not done, in order. Outputs of stages that are done are verified by their SHA-256.</summary>
    /// <param name="cancellation">Ends the run after the current step.</param>
    /// <param name="from">First stage to rerun with all stages after it; their results are moved aside. Null to rerun none.</param>
    /// <param name="until">Last stage to run; null for all.</param>
    /// <exception cref="UserException">The user's input is wrong, or another process holds the pipeline.</exception>
    /// <exception cref="StageFailedException">A stage failed. Another run resumes it.</exception>
    /// <exception cref="OperationCanceledException">The run was interrupted. Another run resumes it.</exception>
    public void Run(CancellationToken cancellation, string? from = null, string? until = null)
    {
        var (rerun, last) = (From(from), until is null ? _stages.Count : 1 + IndexOf(until, "--until"));
        var leasePath = Path.Combine(_modelsFolder, LeaseFile);
        using var lease = PipelineLease.Take(leasePath, _clock, LeaseTimeouts.Default, _view.Note, cancellation);
        Durable.SweepPartials(_modelsFolder);
        var manifest = RunManifest.Load(ManifestPath, _view.Note);
        new PastResults(_modelsFolder, _clock).MoveAside(rerun, manifest);
        var assessor = new StageAssessor(_modelsFolder, thorough: true);
        var notes = new MachineNotes(Machine);
        var shared = new SharedStages(_modelsFolder, OtherRuns, Machine, _view.Note);
        for (var i = 0; i < last; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var stage = _stages[i];
            var inputs = _inputs.Resolve(stage, manifest.Stages);
            var status = assessor.Assess(stage, manifest.Stages.GetValueOrDefault(stage.Name), inputs);
            if (status.State == StageState.Done)
            {
                _view.Skip(stage.Name);
                continue;
            }

            if (status.CheckpointStep is null && shared.Take(stage, inputs) is { } finished)
            {
                manifest.Set(stage.Name, finished);
                continue;
            }

            foreach (var reason in status.Reasons)
            {
                _view.Note($"{stage.Name}: {reason}");
            }

            var resumedFrom = status.CheckpointStep is { } step ? FormattableString.Invariant($"step {step}") : null;
            RunStage(stage, inputs, manifest, _view.Begin(stage.Name, i + 1, _stages.Count, resumedFrom), notes, cancellation);
        }
    }

    /// <summary>Returns the names of a stage and of all stages after it; none for null.</summary>
    /// <exception cref="UserException">The plan does not contain the stage.</exception>
    public IReadOnlyList<string> From(string? stage) =>
        stage is null ? [] : [.. _stages.Skip(IndexOf(stage, "--from")).Select(definition => definition.Name)];

    /// <summary>Returns the place of a stage in the plan, from 0.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="option">The option that named it, for the message.</param>
    /// <exception cref="UserException">The plan does not contain the stage.</exception>
    public int IndexOf(string stage, string option)
    {
        string[] names = [.. _stages.Select(definition => definition.Name)];
        return Array.IndexOf(names, stage) is >= 0 and var index
            ? index
            : throw new UserException($"{option}: found \"{stage}\", expected one of {string.Join(", ", names)}");
    }

    private void RunStage(
        StageDefinition stage,
        StageInputs inputs,
        RunManifest manifest,
        IStageProgress progress,
        MachineNotes notes,
        CancellationToken cancellation)
    {
        var folder = Path.Combine(_modelsFolder, stage.Name);
        Durable.MakeFolder(folder);
        Durable.SweepPartials(folder);
        var before = manifest.Stages.GetValueOrDefault(stage.Name);
        var started = LockEntry.Start(stage, inputs, before, Machine, _clock.GetUtcNow());
        if (notes.Of(stage, started.Key, manifest.Stages) is { } note)
        {
            progress.Note(note);
        }

        var timer = new StageTimer(manifest, stage.Name, started, _clock);
        var checkpoints = new CheckpointStore(folder, started.Key, stage.KeepCheckpoints, progress.Note)
        {
            Saved = _ => timer.SaveTime(),
            Attempt = new StorageRetry(_clock, progress.Note).Run,
        };
        StageResult result;
        try
        {
            checkpoints.Claim();
            var contexts = new StageContexts(_modelsFolder, _clock);
            result = stage.Run(contexts.Create(stage, started.Key, inputs, manifest.Stages, checkpoints, progress, cancellation));
            timer.Finish(result);
        }
        catch (Exception error)
        {
            timer.TrySaveTime();
            throw StageFailedException.Of(stage.Name, error, cancellation);
        }

        _view.End(stage.Name, timer.Elapsed, result.Metrics);
    }
}
