using System.Text.Json.Nodes;

namespace Distill.Learning.Training;

/// <summary>What a finished training took.</summary>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="Seconds">Seconds in the loop, over cut and resumed runs, without what a kill threw away.</param>
/// <param name="Loss">The last loss that was read.</param>
public sealed record TrainingOutcome(long Steps, double Seconds, double Loss)
{
    public JsonObject ToMetrics()
    {
        var metrics = new JsonObject { ["steps"] = Steps, ["seconds"] = Math.Round(Seconds, 1) };
        if (double.IsFinite(Loss))
        {
            metrics["loss"] = Math.Round(Loss, 4);
        }

        return metrics;
    }
}
