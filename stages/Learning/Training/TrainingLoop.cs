using System.Diagnostics;
using System.Text.Json.Nodes;
using Stages.Learning.Arithmetic;
using Stages.Learning.Optimizers;
using Stages.Learning.Training.Passes;
using Stages.Pipeline.Plan;
using Stages.Pipeline.Progress;
using Stages.Pipeline.Storage;
using static TorchSharp.torch;

namespace Stages.Learning.Training;

/// <summary>The one training loop: resume, step, log, checkpoint. Every training stage goes through it.</summary>
public sealed class TrainingLoop(StageContext context, TrainingOptions options, RunSettings settings)
{
    /// <summary>The short name of a training stage's one output.</summary>
    public const string Output = "weights.safetensors";

    private const int LogReadings = 200;
    private const int MonitorReadings = 10;

    private readonly int _logEvery = Math.Max(1, options.Steps / LogReadings);
    private readonly int _monitorEvery = Math.Max(1, options.Steps / MonitorReadings);

    /// <summary>
    /// Trains the task's network, already on its device, to its last step, from the newest valid checkpoint if there is one.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled; a checkpoint of the last whole step was saved.</exception>
    /// <exception cref="TrainingDivergedException">The loss is no longer finite.</exception>
    public TrainingOutcome Run(TrainingTask task)
    {
        using var parameters = new FlatParameters(task.Network);
        using var optimizer = Optimizer.Create(options.Optimizer, parameters);
        using var passes = NetworkPasses.Of(task, parameters, options.Groups, settings);
        var state = new TrainingState(task, optimizer);
        var (step, secondsBefore) = state.Resume(context.Checkpoints);
        context.Metrics.TruncateAfter(step);

        var clock = Stopwatch.StartNew();
        var saved = TimeSpan.Zero;
        var pace = new Pace(step);
        IReadOnlyDictionary<string, double>? monitored = null;
        var (loss, gradientNorm) = (double.NaN, double.NaN);
        task.Network.train();
        while (step < options.Steps)
        {
            var log = (step + 1) % _logEvery == 0 || step + 1 == options.Steps;
            // One dispose scope a step: nothing native outlives it.
            using (NewDisposeScope())
            {
                var outputs = passes.Forward(task.Inputs(step));
                var loss_ = task.Loss(step, outputs);
                loss_.backward();
                passes.Backward(outputs.grad!);
                // Reading a number waits for the device, so it is read between log intervals only.
                (loss, gradientNorm) = log ? (loss_.ReadDouble(), parameters.Gradients.norm().ReadDouble()) : (loss, gradientNorm);
                optimizer.Step(step, options.Optimizer.Rate(step, options.Steps));
                parameters.ZeroGradients();
                task.AfterStep(step);
            }

            step++;
            if (log && !double.IsFinite(loss))
            {
                throw new TrainingDivergedException(step, loss);
            }

            if (step % _monitorEvery == 0 || step == options.Steps)
            {
                monitored = task.Monitor();
                task.Network.train();
                if (task.Trouble(step, loss, monitored) is { } trouble)
                {
                    context.Progress.Note($"at step {step}, {trouble}");
                }
            }

            if (log)
            {
                Report(task, step, (loss, gradientNorm), monitored, pace);
                monitored = null;
            }

            var cancelled = context.Cancellation.IsCancellationRequested;
            if (cancelled || clock.Elapsed - saved >= settings.CheckpointEvery || step == options.Steps)
            {
                saved = clock.Elapsed;
                state.Save(context.Checkpoints, step, secondsBefore + clock.Elapsed.TotalSeconds);
            }

            if (cancelled && step < options.Steps)
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

    private void Report(
        TrainingTask task, long step, (double Loss, double GradientNorm) read, IReadOnlyDictionary<string, double>? monitored, Pace pace)
    {
        var (loss, gradientNorm) = read;
        var stepsPerSecond = pace.At(step);
        var (epoch, itemsPerSecond) = (task.EpochOf(step), stepsPerSecond * task.ItemsPerStep);
        var progress = new TrainingProgress(
            step,
            options.Steps,
            epoch,
            itemsPerSecond,
            loss,
            monitored is not null && monitored.TryGetValue("knn", out var knn) ? knn : null,
            TimeSpan.FromSeconds((options.Steps - step) / stepsPerSecond));
        context.Progress.Report(progress);
        var line = new JsonObject
        {
            ["step"] = step,
            ["epoch"] = Math.Round(epoch, 4),
            ["loss"] = Math.Round(loss, 6),
            ["learningRate"] = options.Optimizer.Rate(step - 1, options.Steps),
            ["imagesPerSecond"] = Math.Round(itemsPerSecond, 1),
        };
        if (double.IsFinite(gradientNorm))
        {
            line["gradientNorm"] = Math.Round(gradientNorm, 6);
        }

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
