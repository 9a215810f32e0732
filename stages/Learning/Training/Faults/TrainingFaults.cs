using System.Text.Json.Nodes;

namespace Distill.Learning.Training.Faults;

/// <summary>
/// What has gone wrong in a training, and what to try next: leave a step out; where several in a row are of no use, lower the rate; where that does not help
/// either, go back to the last checkpoint. Each is tried so often and no oftener, so that a run ends, well or with an account of what was tried.
/// </summary>
internal sealed class TrainingFaults
{
    /// <summary>Steps in a row that are left out before anything else is tried.</summary>
    public const int MostInARow = 3;

    /// <summary>How often the rate is halved.</summary>
    public const int MostLowerings = 2;

    /// <summary>How often training goes back.</summary>
    public const int MostReturns = 2;

    private const double Lowering = 0.5;

    private int _inARow;

    /// <summary>Steps left out in all.</summary>
    public int LeftOut { get; private set; }

    public int Lowerings { get; private set; }

    public int Returns { get; private set; }

    /// <summary>What the options' rate is multiplied by.</summary>
    public double RateFactor => Math.Pow(Lowering, Lowerings);

    /// <summary>The step was as it should be.</summary>
    public void StepSucceeded() => _inARow = 0;

    /// <summary>What to do about one that was not.</summary>
    /// <param name="harmless">Whether the weights are untouched by it; where it was found too late for that, only a checkpoint helps.</param>
    public Recovery Next(bool harmless)
    {
        if (harmless && _inARow < MostInARow)
        {
            _inARow++;
            LeftOut++;
            return Recovery.SkipStep;
        }

        _inARow = 0;
        if (harmless && Lowerings < MostLowerings)
        {
            Lowerings++;
            LeftOut++;
            return Recovery.ReduceLearningRate;
        }

        return Returns < MostReturns ? Recovery.RestoreCheckpoint : Recovery.Fail;
    }

    /// <summary>Training is back at a checkpoint.</summary>
    public void CheckpointRestored()
    {
        Returns++;
        // From the same weights at the same rate it would go the same way again.
        Lowerings = Math.Max(Lowerings, Returns);
    }

    /// <summary>What a checkpoint says of it; null where nothing ever went wrong.</summary>
    public JsonObject? ToJson() => LeftOut + Lowerings + Returns == 0 ? null : new JsonObject
    {
        ["leftOut"] = LeftOut,
        ["lowerings"] = Lowerings,
        ["returns"] = Returns,
        ["inARow"] = _inARow,
    };

    /// <summary>Goes on from what a checkpoint says.</summary>
    public void Restore(JsonNode? json)
    {
        if (json is not null)
        {
            LeftOut = json["leftOut"]!.GetValue<int>();
            Lowerings = json["lowerings"]!.GetValue<int>();
            Returns = json["returns"]!.GetValue<int>();
            // A run that is cut among steps left out goes on counting; checkpoints of before that was kept do not say.
            _inARow = json["inARow"]?.GetValue<int>() ?? 0;
        }
    }
}
