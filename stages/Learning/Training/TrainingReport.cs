using System.Text.Json.Nodes;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Progress;

namespace Distill.Learning.Training;

/// <summary>Writes a training's readings to the progress view and to metrics.jsonl.</summary>
/// <param name="context">Receives the readings.</param>
/// <param name="task">What is trained.</param>
/// <param name="steps">Optimizer steps in total.</param>
/// <param name="firstStep">The step that training starts or resumes at.</param>
internal sealed class TrainingReport(StageContext context, TrainingTask task, int steps, long firstStep)
{
    private StepRate _rate = new(firstStep);
    private StageProgress _shown = new(firstStep, steps);

    /// <summary>Restarts the measurement of the rate after training has jumped to a step.</summary>
    public void Jump(long step) => _rate = new StepRate(step);

    /// <summary>Shows that a step without a reading is done, with the values of the last reading.</summary>
    public void Pass(long step) => context.Progress.Report(_shown with
    {
        Done = step,
        Remaining = _shown.Remaining is { } left ? left * ((steps - step) / Math.Max(1.0, steps - _shown.Done)) : null,
    });

    /// <summary>Writes the reading of a step.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="reading">Loss and gradient norm, both read.</param>
    /// <param name="learningRate">The learning rate of the step.</param>
    /// <param name="monitored">What <see cref="TrainingTask.Monitor"/> measured since the last call; null for nothing.</param>
    public void Write(long step, StepReading reading, double learningRate, IReadOnlyDictionary<string, double>? monitored)
    {
        var (loss, gradientNorm) = (reading.Loss!.Value, reading.GradientNorm!.Value);
        var stepsPerSecond = _rate.Update(step);
        var (epoch, itemsPerSecond) = (task.EpochOf(step), stepsPerSecond * task.ItemsPerStep);
        _shown = new StageProgress(step, steps)
        {
            Metrics =
            [
                new ProgressMetric("epoch", epoch, "0.00"),
                ProgressMetric.OfRate(itemsPerSecond),
                new ProgressMetric("loss", loss, "0.0000"),
                new ProgressMetric("kNN", monitored is not null && monitored.TryGetValue("knn", out var knn) ? knn : null, "0.0 '%'"),
            ],
            Remaining = TimeSpan.FromSeconds((steps - step) / stepsPerSecond),
        };
        context.Progress.Report(_shown);
        var line = new JsonObject
        {
            ["step"] = step,
            ["epoch"] = Math.Round(epoch, 4),
            ["loss"] = Math.Round(loss, 6),
            ["learningRate"] = learningRate,
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
