using System.Text.Json.Nodes;

namespace Distill.Learning.Training;

/// <summary>The length and final loss of a finished training.</summary>
/// <param name="Steps">Optimizer steps taken.</param>
/// <param name="Seconds">Seconds in the loop, summed over interrupted and resumed runs, without steps that a kill lost.</param>
/// <param name="SecondsPerStep">Mean seconds of this run's steps, without the first one and what comes between steps.</param>
/// <param name="Loss">The last loss that was read.</param>
public sealed record TrainingOutcome(long Steps, double Seconds, double SecondsPerStep, double Loss)
{
    public JsonObject ToMetrics()
    {
        var metrics = new JsonObject
        {
            ["steps"] = Steps,
            ["seconds"] = Math.Round(Seconds, 1),
        };
        if (SecondsPerStep > 0)
        {
            metrics["secondsPerStep"] = Math.Round(SecondsPerStep, 4);
        }

        if (double.IsFinite(Loss))
        {
            metrics["loss"] = Math.Round(Loss, 4);
        }

        return metrics;
    }
}
