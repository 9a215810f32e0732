using System.Diagnostics;
using Distill.Learning.Native;
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
        // Batches keep their shape, so it pays to try every algorithm of cuDNN once. cuDNN remembers the choice per thread.
        // It does not pay for Monitor, whose threads are short-lived.
        using var tuned = Cudnn.Benchmarking(true);
        using var trainer = new Trainer(task, options, settings, context.Progress.Note) { ReadsEveryStep = ReadsEveryStep };
        var state = new TrainingState(task, trainer.Optimizer);
        context.Checkpoints.Preflight(state.Bytes);
        var faults = new TrainingFaults();
        var (step, secondsBefore) = Resume(state, faults);
        Untrainable.CheckStart(context.Name, task.Network);
        var clock = Stopwatch.StartNew();
        using var saver = new StateSaver(state, context.Checkpoints, settings.CheckpointEvery, Clock, SavesMeanwhile);
        if (step == 0 && !trainer.ReadsEveryStep)
        {
            // A fault is found late then, and this checkpoint of the start can be restored.
            saver.Save(step, TrainingState.Progress(secondsBefore, faults));
        }

        var report = new TrainingReport(context, task, options.Steps, step);
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
                saver.Wait();
                var fault = FormattableString.Invariant($"loss {reading.Loss}, gradient norm {reading.GradientNorm}");
                step = Recover(faults, weightsUnchanged: trainer.ReadsEveryStep, step, fault, state);
                report.Jump(step);
                report.Pass(step);
                lossesSinceMonitor.Clear();
            }
            else
            {
                faults.StepSucceeded(wasRead: reading.Loss is not null);
                loss = reading.Loss ?? loss;
                lossesSinceMonitor.AddRange(reading.Loss is { } read ? [read] : []);
                step++;
                if (_readings.IsMonitored(step))
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
                    report.Write(step, reading, rate, monitored);
                    monitored = null;
                }
                else
                {
                    report.Pass(step);
                }

                if (settings.SnapshotEverySteps > 0 && step % settings.SnapshotEverySteps == 0)
                {
                    saver.Wait();
                    context.Checkpoints.SaveSnapshot(step, stream => Weights.Save(task.Network, stream));
                }
            }

            if (step == options.Steps && !faults.AnyStepTaken)
            {
                throw Untrainable.NoStepTaken(context.Name, options.Steps);
            }

            var canceled = context.Cancellation.IsCancellationRequested;
            var isLast = canceled || step == options.Steps;
            // The step after a skipped one may be bad too, so a checkpoint to restore must be older than all of them.
            if (isLast || (saver.IsDue && reading.IsFinite))
            {
                if (trainer.HasFiniteWeights)
                {
                    context.Metrics.Sync();
                    saver.Save(step, TrainingState.Progress(secondsBefore + clock.Elapsed.TotalSeconds, faults), meanwhile: !isLast);
                }
                else
                {
                    saver.Wait();
                    step = Recover(faults, weightsUnchanged: false, step - 1, "non-finite weights", state);
                    report.Jump(step);
                    saver.Restart();
                }
            }

            if (canceled && step < options.Steps)
            {
                throw new OperationCanceledException(context.Cancellation);
            }
        }

        return new TrainingOutcome(step, secondsBefore + clock.Elapsed.TotalSeconds, trainer.SecondsPerStep, loss);
    }

    /// <summary>Trains as <see cref="Run"/> does, and writes the weights to the stage's folder as the stage's result.</summary>
    public StageResult RunToResult(TrainingTask task)
    {
        var outcome = Run(task);
        var path = Path.Combine(context.Folder, Output);
        Durable.WriteFile(path, stream => Weights.Save(task.Network, stream));
        var metrics = outcome.ToMetrics();
        metrics["parameters"] = task.Network.ParameterCount();
        return new StageResult(new Dictionary<string, string> { [Output] = path }, metrics);
    }

    /// <summary>Loads the newest checkpoint, and returns the step to continue with and the seconds spent before.</summary>
    private (long Step, double Seconds) Resume(TrainingState state, TrainingFaults faults)
    {
        var checkpoint = state.Resume(context.Checkpoints);
        var step = checkpoint?.Step ?? 0;
        faults.Restore(checkpoint?.State["faults"], step);
        context.Metrics.TruncateAfter(step);
        return (step, checkpoint?.State["seconds"]!.GetValue<double>() ?? 0);
    }

    /// <summary>Applies the next remedy after a bad step, and notes it.</summary>
    /// <returns>The step to continue with.</returns>
    private long Recover(TrainingFaults faults, bool weightsUnchanged, long step, string fault, TrainingState state)
    {
        fault = FormattableString.Invariant($"{fault} at step {step + 1}");
        Checkpoint? checkpoint = null;
        switch (faults.Next(weightsUnchanged))
        {
            case Recovery.SkipStep:
                context.Progress.Note($"{fault}: step skipped");
                return step + 1;
            case Recovery.ReduceLearningRate:
                context.Progress.Note($"{fault}: step skipped; {ReducedRate()}");
                return step + 1;
            case Recovery.RestoreCheckpoint when (checkpoint = state.Resume(context.Checkpoints)) is not null:
                faults.CheckpointRestored();
                context.Metrics.TruncateAfter(checkpoint.Step);
                context.Progress.Note(FormattableString.Invariant(
                    $"{fault}: restored the checkpoint of step {checkpoint.Step}; {ReducedRate()}"));
                return checkpoint.Step;
            default:
                // Among steps that were not read, some may have changed the weights.
                throw faults.AnyStepTaken || !weightsUnchanged
                    ? new TrainingDivergedException(step + 1, fault, faults)
                    : Untrainable.NoStepTaken(context.Name, step + 1);
        }

        string ReducedRate() => FormattableString.Invariant(
            $"learning rate reduced to {100 * faults.RateFactor} % of the configured value");
    }
}
