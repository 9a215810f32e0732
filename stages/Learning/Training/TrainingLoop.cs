using System.Diagnostics;
using Distill.Learning.Native;
using Distill.Learning.Ranks;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using TorchSharp;

namespace Distill.Learning.Training;

/// <summary>The training loop of all training stages: resume, step, log, checkpoint.</summary>
public sealed class TrainingLoop(StageContext context, TrainingOptions options, RunSettings settings)
{
    /// <summary>The short name of a training stage's one output.</summary>
    public const string Output = Weights.FileName;

    private readonly ReadingSchedule _readings = new(options.Steps);
    private readonly IRanks _ranks = settings.RanksFor(options);

    /// <summary>The clock that decides when a checkpoint is due.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Whether every step's loss is read. A test sets it to false, so that a CPU is treated like a GPU.</summary>
    internal bool ReadsEveryStep { get; init; } = settings.Compute.Device.type == DeviceType.CPU;

    /// <summary>Whether checkpoints are written while training continues; null to decide by the memory there is.</summary>
    internal bool? SavesMeanwhile { get; init; }

    /// <summary>
    /// Trains the task's network, already on its device, to its last step, from the newest valid checkpoint if there is one.
    /// </summary>
    /// <exception cref="OperationCanceledException">Training was canceled; a checkpoint of the last whole step was saved.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or NaN, and no remedy helped.</exception>
    /// <exception cref="UserException">The first weights are not finite, or no step had a finite loss and gradient.</exception>
    public TrainingOutcome Run(TrainingTask task)
    {
        var team = new TrainingTeam(_ranks);
        if (_ranks is { Leads: true, Count: > 1 })
        {
            _ranks.Broadcast(context.Call?.ToBytes() ?? []);
        }

        _ranks.IsTraining = true;
        _ranks.Meet();
        var outcome = Run(task, team);
        _ranks.IsTraining = false;
        return outcome;
    }

    private TrainingOutcome Run(TrainingTask task, TrainingTeam team)
    {
        // Batches keep their shape, so it pays to try every algorithm of cuDNN once. cuDNN remembers the choice per thread.
        // It does not pay for Monitor, whose threads are short-lived.
        using var tuned = Cudnn.Benchmarking(true);
        using var trainer = new Trainer(task, options, settings with { Ranks = _ranks }, context.Progress.Note)
        {
            ReadsEveryStep = ReadsEveryStep,
        };
        var state = new TrainingState(task, trainer.Optimizer);
        var faults = new TrainingFaults();
        var recovery = new TrainingRecovery(context, state, faults, team);
        var (step, secondsBefore) = recovery.Resume();
        team.EndTogether(Untrainable.AtStart(context.Name, task.Network));
        var clock = Stopwatch.StartNew();
        // Only the leader saves and reports.
        using var saver = _ranks.Leads
            ? new StateSaver(state, context.Checkpoints, settings.CheckpointEvery, Clock, SavesMeanwhile)
            : null;
        if (step == 0 && !trainer.ReadsEveryStep)
        {
            // A fault is found late then, and this checkpoint of the start can be restored.
            saver?.Save(step, TrainingState.Progress(secondsBefore, faults));
        }

        var report = _ranks.Leads ? new TrainingReport(context, task, options.Steps, step) : null;
        IReadOnlyDictionary<string, double>? monitored = null;
        var loss = double.NaN;
        var lossesSinceMonitor = new List<double>();
        task.Network.train();
        while (step < options.Steps)
        {
            var log = _readings.IsLogged(step + 1);
            var rate = options.Optimizer.Rate(step, options.Steps) * faults.RateFactor;
            var reading = trainer.Take(step, rate, log);
            if (!reading.IsFinite)
            {
                saver?.Wait();
                var fault = FormattableString.Invariant($"loss {reading.Loss}, gradient norm {reading.GradientNorm}");
                step = recovery.Recover(weightsUnchanged: trainer.ReadsEveryStep, step, fault);
                report?.Jump(step);
                report?.Pass(step);
                lossesSinceMonitor.Clear();
            }
            else
            {
                faults.StepSucceeded(wasRead: reading.Loss is not null);
                loss = reading.Loss ?? loss;
                lossesSinceMonitor.AddRange(reading.Loss is { } read ? [read] : []);
                step++;
                if (_ranks.Leads && _readings.IsMonitored(step))
                {
                    // What the C library keeps of the last step would add to what measuring needs, and the reverse.
                    ProcessMemory.Trim();
                    using (Cudnn.Benchmarking(false))
                    {
                        monitored = task.Monitor();
                    }

                    ProcessMemory.Trim();

                    task.Network.train();
                    if (task.Anomaly(step, lossesSinceMonitor, monitored) is { } anomaly)
                    {
                        context.Progress.Note($"at step {step}, {anomaly}");
                    }

                    lossesSinceMonitor.Clear();
                }

                if (log)
                {
                    team.CheckWeights(trainer.WeightsChecksum, step);
                    report?.Write(step, reading, rate, monitored);
                    monitored = null;
                }
                else
                {
                    report?.Pass(step);
                }

                if (_ranks.Leads && settings.SnapshotEverySteps > 0 && step % settings.SnapshotEverySteps == 0)
                {
                    saver!.Wait();
                    context.Checkpoints.SaveSnapshot(step, stream => Weights.Save(task.Result, stream));
                }
            }

            if (step == options.Steps && !faults.AnyStepTaken)
            {
                team.EndTogether(Untrainable.NoStepTaken(context.Name, options.Steps));
            }

            // The step after a skipped one may be bad too, so a checkpoint to restore must be older than all of them.
            var (canceled, saves) = team.Decide(
                stop: context.Cancellation.IsCancellationRequested, save: saver?.IsDue == true && reading.IsFinite);
            var isLast = canceled || step == options.Steps;
            if (isLast || saves)
            {
                if (trainer.HasFiniteState)
                {
                    if (saver is not null)
                    {
                        context.Metrics.Sync();
                        saver.Save(step, TrainingState.Progress(secondsBefore + clock.Elapsed.TotalSeconds, faults), meanwhile: !isLast);
                    }
                }
                else
                {
                    saver?.Wait();
                    step = recovery.Recover(weightsUnchanged: false, step - 1, "non-finite weights");
                    report?.Jump(step);
                    saver?.Restart();
                }
            }

            if (canceled && step < options.Steps)
            {
                team.EndTogether(context.Cancellation.IsCancellationRequested
                    ? new OperationCanceledException(context.Cancellation)
                    : new StoppedElsewhereException());
            }
        }

        return new TrainingOutcome(step, secondsBefore + clock.Elapsed.TotalSeconds, trainer.SecondsPerStep, loss);
    }

    /// <summary>Trains as <see cref="Run(TrainingTask)"/> does. The leader writes the weights to the stage's folder.</summary>
    public StageResult RunToResult(TrainingTask task)
    {
        var metrics = Run(task).ToMetrics();
        var path = Path.Combine(context.Folder, Output);
        if (_ranks.Leads)
        {
            Durable.WriteFile(path, stream => Weights.Save(task.Result, stream));
        }

        metrics["parameters"] = task.Network.ParameterCount();
        return new StageResult(new Dictionary<string, string> { [Output] = path }, metrics);
    }
}
