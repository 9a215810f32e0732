using System.Diagnostics;
using System.Text.Json.Nodes;
using Distill.Learning.Native;
using Distill.Learning.Training.Faults;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;
using TorchSharp;

namespace Distill.Learning.Training;

/// <summary>The one training loop: resume, step, log, checkpoint. Every training stage goes through it.</summary>
public sealed class TrainingLoop(StageContext context, TrainingOptions options, RunSettings settings)
{
    /// <summary>The short name of a training stage's one output.</summary>
    public const string Output = "weights.safetensors";

    private const int LogReadings = 200;
    private const int MonitorReadings = 10;

    private readonly int _logEvery = Math.Max(1, options.Steps / LogReadings);
    private readonly int _monitorEvery = Math.Max(1, options.Steps / MonitorReadings);

    /// <summary>Tells when a checkpoint is due.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Whether every step's loss is read. A test may say no, so that a CPU is treated like a GPU.</summary>
    internal bool ReadsEveryStep { get; init; } = settings.Compute.Device.type == DeviceType.CPU;

    /// <summary>
    /// Trains the task's network, already on its device, to its last step, from the newest valid checkpoint if there is one.
    /// </summary>
    /// <exception cref="OperationCanceledException">Canceled; a checkpoint of the last whole step was saved.</exception>
    /// <exception cref="TrainingDivergedException">The loss is not finite, and nothing that was tried helped.</exception>
    public TrainingOutcome Run(TrainingTask task)
    {
        // Batches keep their shape, so trying every algorithm of cuDNN once pays. cuDNN remembers the choice per thread: it does not pay for Monitor,
        // whose threads come and go.
        using var tuned = Cudnn.Benchmarking(true);
        using var trainer = new Trainer(task, options, settings, context.Progress.Note) { ReadsEveryStep = ReadsEveryStep };
        var state = new TrainingState(task, trainer.Optimizer);
        context.Checkpoints.Preflight(state.Bytes);
        var faults = new TrainingFaults();
        var (step, secondsBefore) = Resume(state, faults);
        var clock = Stopwatch.StartNew();
        var saves = new SaveTimer(settings.CheckpointEvery, Clock);
        if (step == 0 && !trainer.ReadsEveryStep)
        {
            // What is wrong is found out late there: the start is then a place to go back to.
            saves.Save(() => state.Save(context.Checkpoints, step, Progress(secondsBefore, faults)));
        }

        var pace = new Pace(step);
        IReadOnlyDictionary<string, double>? monitored = null;
        var loss = double.NaN;
        task.Network.train();
        while (step < options.Steps)
        {
            var log = (step + 1) % _logEvery == 0 || step + 1 == options.Steps;
            var rate = options.Optimizer.Rate(step, options.Steps) * faults.RateFactor;
            var reading = trainer.Take(step, rate, log);
            if (!reading.IsSound)
            {
                var wrong = FormattableString.Invariant($"loss {reading.Loss}, gradient norm {reading.GradientNorm}");
                step = Recover(faults, trainer.ReadsEveryStep, step, wrong, state);
                pace = new Pace(step);
            }
            else
            {
                faults.StepSucceeded();
                loss = reading.Loss ?? loss;
                step++;
                if (step % _monitorEvery == 0 || step == options.Steps)
                {
                    using (Cudnn.Benchmarking(false))
                    {
                        monitored = task.Monitor();
                    }

                    task.Network.train();
                    if (task.Anomaly(step, loss, monitored) is { } trouble)
                    {
                        context.Progress.Note($"at step {step}, {trouble}");
                    }
                }

                if (log)
                {
                    Report(task, step, reading, rate, monitored, pace);
                    monitored = null;
                }

                if (settings.SnapshotEverySteps > 0 && step % settings.SnapshotEverySteps == 0)
                {
                    context.Checkpoints.SaveSnapshot(step, stream => Weights.Save(task.Network, stream));
                }
            }

            var canceled = context.Cancellation.IsCancellationRequested;
            // After a step that was left out the next one may be too: a checkpoint to go back to is from before all of them.
            if (canceled || (reading.IsSound && saves.IsDue) || step == options.Steps)
            {
                if (trainer.IsFinite)
                {
                    saves.Save(() => state.Save(context.Checkpoints, step, Progress(secondsBefore + clock.Elapsed.TotalSeconds, faults)));
                }
                else
                {
                    step = Recover(faults, harmless: false, step - 1, "non-finite weights", state);
                    pace = new Pace(step);
                    saves.Restart();
                }
            }

            if (canceled && step < options.Steps)
            {
                throw new OperationCanceledException(context.Cancellation);
            }
        }

        return new TrainingOutcome(step, secondsBefore + clock.Elapsed.TotalSeconds, loss);
    }

    /// <summary>Trains as <see cref="Run"/> does and leaves the weights in the stage's folder, as the stage's result.</summary>
    public StageResult RunToResult(TrainingTask task)
    {
        var outcome = Run(task);
        var path = Path.Combine(context.Folder, Output);
        Durable.WriteFile(path, stream => Weights.Save(task.Network, stream));
        var metrics = outcome.ToMetrics();
        metrics["parameters"] = task.Network.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel());
        return new StageResult(new Dictionary<string, string> { [Output] = path }, metrics);
    }

    /// <summary>What a checkpoint says beside its tensors.</summary>
    private static JsonObject Progress(double seconds, TrainingFaults faults)
    {
        var progress = new JsonObject { ["seconds"] = Math.Round(seconds, 3) };
        if (faults.ToJson() is { } wrong)
        {
            progress["faults"] = wrong;
        }

        return progress;
    }

    /// <summary>Where the last run was cut: the step to go on with, and the seconds spent before.</summary>
    private (long Step, double Seconds) Resume(TrainingState state, TrainingFaults faults)
    {
        var checkpoint = state.Resume(context.Checkpoints);
        var step = checkpoint?.Step ?? 0;
        faults.Restore(checkpoint?.State["faults"]);
        context.Metrics.TruncateAfter(step);
        return (step, checkpoint?.State["seconds"]!.GetValue<double>() ?? 0);
    }

    /// <summary>Does what is next to be tried after a step that is not sound, and says so.</summary>
    /// <returns>The step to go on with.</returns>
    private long Recover(TrainingFaults faults, bool harmless, long step, string wrong, TrainingState state)
    {
        wrong = FormattableString.Invariant($"{wrong} at step {step + 1}");
        Checkpoint? checkpoint = null;
        switch (faults.Next(harmless))
        {
            case Recovery.SkipStep:
                context.Progress.Note($"{wrong}: step skipped");
                return step + 1;
            case Recovery.ReduceLearningRate:
                context.Progress.Note(FormattableString.Invariant($"{wrong}: step skipped; learning rate reduced to {100 * faults.RateFactor} % of the configured value"));
                return step + 1;
            case Recovery.RestoreCheckpoint when (checkpoint = state.Resume(context.Checkpoints)) is not null:
                faults.CheckpointRestored();
                context.Metrics.TruncateAfter(checkpoint.Step);
                context.Progress.Note(FormattableString.Invariant(
                    $"{wrong}: restored the checkpoint of step {checkpoint.Step}; learning rate reduced to {100 * faults.RateFactor} % of the configured value"));
                return checkpoint.Step;
            default:
                throw new TrainingDivergedException(step + 1, FormattableString.Invariant(
                    $"training diverged: {wrong}. Tried: skipped steps ({faults.LeftOut}), learning rate reduced to {100 * faults.RateFactor} %, checkpoints restored ({faults.Returns})."));
        }
    }

    private void Report(
        TrainingTask task, long step, StepReading reading, double rate, IReadOnlyDictionary<string, double>? monitored, Pace pace)
    {
        var (loss, gradientNorm) = (reading.Loss!.Value, reading.GradientNorm!.Value);
        var stepsPerSecond = pace.At(step);
        var (epoch, itemsPerSecond) = (task.EpochOf(step), stepsPerSecond * task.ItemsPerStep);
        context.Progress.Report(new StageProgress(step, options.Steps)
        {
            Metrics =
            [
                new ProgressMetric("epoch", epoch, "0.00"),
                new ProgressMetric("images/s", itemsPerSecond, "0") { NameIsUnit = true },
                new ProgressMetric("loss", loss, "0.0000"),
                new ProgressMetric("kNN", monitored is not null && monitored.TryGetValue("knn", out var knn) ? knn : null, "0.0 '%'"),
            ],
            Remaining = TimeSpan.FromSeconds((options.Steps - step) / stepsPerSecond),
        });
        var line = new JsonObject
        {
            ["step"] = step,
            ["epoch"] = Math.Round(epoch, 4),
            ["loss"] = Math.Round(loss, 6),
            ["learningRate"] = rate,
            ["imagesPerSecond"] = Math.Round(itemsPerSecond, 1),
            ["gradientNorm"] = Math.Round(gradientNorm, 6),
        };
        if (task.ChanceLoss(step - 1) is { } chance)
        {
            line["chanceLoss"] = Math.Round(chance, 6);
        }

        foreach (var (name, value) in monitored ?? new Dictionary<string, double>())
        {
            line[name] = Math.Round(value, 4);
        }

        context.Metrics.Append(line);
    }
}
