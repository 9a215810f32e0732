using Distill.Pipeline.Options;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Retries;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>
/// Walks a plan: stages whose key and outputs are what the lock remembers are skipped, a stage that was cut goes on
/// from its checkpoint, the others run. Keys are taken before a stage runs, and nothing that exists is deleted first.
/// </summary>
public sealed class PipelineRunner
{
    /// <summary>The lock's name in the models folder.</summary>
    public const string LockFile = "pipeline.lock.json";

    private readonly string _modelsFolder;
    private readonly IReadOnlyList<StageDefinition> _stages;
    private readonly InputResolver _inputs;
    private readonly IProgressView _view;
    private readonly TimeProvider _clock;

    /// <param name="modelsFolder">The pipeline's folder, such as models/NAME.</param>
    /// <param name="stages">In the order they run; a stage reads only earlier ones.</param>
    /// <param name="externals">Artifact name → what no stage makes.</param>
    /// <param name="view">What the user sees.</param>
    /// <param name="clock">Times the stages.</param>
    /// <exception cref="ArgumentException">Two stages share a name, or an input comes from nowhere or from a later stage.</exception>
    public PipelineRunner(
        string modelsFolder,
        IReadOnlyList<StageDefinition> stages,
        IReadOnlyDictionary<string, ExternalInput> externals,
        IProgressView view,
        TimeProvider clock)
    {
        _inputs = new InputResolver(externals);
        _inputs.CheckPlan(stages);
        (_modelsFolder, _stages, _view, _clock) = (modelsFolder, stages, view, clock);
    }

    /// <summary>Where this process computes, and in what arithmetic, as the lock is to remember it; null for not at all. A stage that continues elsewhere says so.</summary>
    public string? Machine { get; init; }

    private string LockPath => Path.Combine(_modelsFolder, LockFile);

    /// <summary>Where every stage stands, cheaply: outputs are compared by length, nothing is written.</summary>
    /// <exception cref="UserException">The lock is not readable.</exception>
    public IReadOnlyList<StageStatus> Status()
    {
        var entries = RunManifest.Load(LockPath, _view.Note).Stages;
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

    /// <summary>Runs what is not done, in order. Outputs of stages that are done are verified by their SHA-256.</summary>
    /// <param name="cancellation">Ends the run at the next whole step.</param>
    /// <param name="from">A stage that is to run afresh, and all after it, done or not; what they had made is moved aside. Null for none.</param>
    /// <exception cref="UserException">The user's input is wrong, or another process holds the pipeline.</exception>
    /// <exception cref="StageFailedException">A stage failed; running again resumes it.</exception>
    /// <exception cref="OperationCanceledException">The run was interrupted; running again resumes it.</exception>
    public void Run(CancellationToken cancellation, string? from = null)
    {
        var afresh = From(from);
        using var hold = PipelineLease.Take(Path.Combine(_modelsFolder, "pipeline.lease"), _clock, LeaseTimeouts.Default, _view.Note, cancellation);
        Durable.SweepPartials(_modelsFolder);
        var pipelineLock = RunManifest.Load(LockPath, _view.Note);
        new PastResults(_modelsFolder, _clock).SetAside(afresh, pipelineLock);
        var assessor = new StageAssessor(_modelsFolder, thorough: true);
        for (var i = 0; i < _stages.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var stage = _stages[i];
            var inputs = _inputs.Resolve(stage, pipelineLock.Stages);
            var status = assessor.Assess(stage, pipelineLock.Stages.GetValueOrDefault(stage.Name), inputs);
            if (status.State == StageState.Done)
            {
                _view.Skip(stage.Name);
                continue;
            }

            foreach (var reason in status.Reasons)
            {
                _view.Note($"{stage.Name}: {reason}");
            }

            var resumedFrom = status.CheckpointStep is { } step ? FormattableString.Invariant($"step {step}") : null;
            RunStage(stage, inputs, pipelineLock, _view.Begin(stage.Name, i + 1, _stages.Count, resumedFrom), cancellation);
        }
    }

    /// <summary>The names of a stage and all after it; none for null.</summary>
    /// <exception cref="UserException">The plan has no such stage.</exception>
    public IReadOnlyList<string> From(string? stage)
    {
        string[] names = [.. _stages.Select(definition => definition.Name)];
        return stage is null ? []
            : names.Contains(stage) ? [.. names.SkipWhile(name => name != stage)]
            : throw new UserException($"--from: found \"{stage}\", expected one of {string.Join(", ", names)}");
    }

    private void RunStage(
        StageDefinition stage, StageInputs inputs, RunManifest pipelineLock, IStageProgress progress, CancellationToken cancellation)
    {
        var folder = Path.Combine(_modelsFolder, stage.Name);
        Durable.MakeFolder(folder);
        Durable.SweepPartials(folder);
        var before = pipelineLock.Stages.GetValueOrDefault(stage.Name);
        var begun = Begun(stage, inputs, before);
        if (before?.Key == begun.Key && before.Machines is { Count: > 0 } earlier && Machine is not null && !earlier.Contains(Machine))
        {
            progress.Note($"started on \"{string.Join("\" and \"", earlier)}\" and continued on \"{Machine}\": "
                + "its results may differ in the last digits from a run on one machine");
        }

        var timer = new StageTimer(pipelineLock, stage.Name, begun, _clock);
        var checkpoints = new CheckpointStore(folder, begun.Key, stage.KeepCheckpoints, progress.Note)
        {
            Saved = _ => timer.Tick(),
            Attempt = new StorageRetry(_clock, progress.Note).Run,
        };
        StageResult result;
        try
        {
            checkpoints.Claim();
            result = stage.Run(new StageContext
            {
                Name = stage.Name,
                Key = begun.Key,
                Folder = folder,
                Checkpoints = checkpoints,
                Progress = progress,
                Metrics = new MetricsLog(Path.Combine(folder, MetricsLog.FileName), _clock),
                Cancellation = cancellation,
                Inputs = inputs.Paths,
                Lineage = Lineage.Of(stage.Inputs, pipelineLock.Stages),
                UpstreamMetrics = stage.Inputs.Select(InputResolver.Maker).Distinct()
                    .Where(pipelineLock.Stages.ContainsKey)
                    .ToDictionary(maker => maker, maker => pipelineLock.Stages[maker].Metrics),
            });
            timer.Finish(result);
        }
        catch (Exception failure)
        {
            timer.TryTick();
            if (failure is UserException || (failure is OperationCanceledException && cancellation.IsCancellationRequested))
            {
                throw;
            }

            throw new StageFailedException(stage.Name, failure);
        }

        _view.End(stage.Name, timer.Elapsed, result.Metrics);
    }

    /// <summary>The entry of a stage that begins, or begins again: under the same key, time and resumes add up.</summary>
    private LockEntry Begun(StageDefinition stage, StageInputs inputs, LockEntry? before)
    {
        var key = StageKey.Of(stage.Name, stage.Version, stage.Options, inputs.Hashes);
        return before is not null && before.Key == key
            ? before with
            {
                Machines = Machine is null ? before.Machines : [.. (before.Machines ?? []).Append(Machine).Distinct()],
                State = LockedState.Running,
                Outputs = new Dictionary<string, LockedOutput>(),
                Metrics = [],
                FinishedUtc = null,
                Resumes = before.Resumes + 1,
            }
            : new LockEntry(
                key,
                stage.Version,
                LockedState.Running,
                CanonicalJson.Of(stage.Options),
                new SortedDictionary<string, string>(inputs.Hashes.ToDictionary(), StringComparer.Ordinal),
                new Dictionary<string, LockedOutput>(),
                [],
                _clock.GetUtcNow(),
                null,
                0,
                0,
                Machine is null ? null : [Machine]);
    }
}
