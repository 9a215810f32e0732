using System.Text.Json.Nodes;

namespace Distill.Learning.Training;

/// <summary>The faults of a training run, and the next remedy to try.</summary>
/// <remarks>
/// A bad step is skipped. If several in a row are bad, the learning rate is reduced, and then the last checkpoint is restored.
/// Each remedy is tried a limited number of times, so training either continues or fails with a list of what was tried.
/// </remarks>
internal sealed class TrainingFaults
{
    /// <summary>Consecutive steps that are skipped before another remedy is tried.</summary>
    public const int MaxConsecutiveSkips = 3;

    /// <summary>How often the learning rate is halved.</summary>
    public const int MaxRateReductions = 2;

    /// <summary>How often a checkpoint is restored.</summary>
    public const int MaxRestores = 2;

    private const double RateReduction = 0.5;

    private int _consecutiveSkips;

    /// <summary>Steps skipped in total.</summary>
    public int SkippedSteps { get; private set; }

    /// <summary>How often the learning rate was halved.</summary>
    public int RateReductions { get; private set; }

    /// <summary>How often a checkpoint was restored.</summary>
    public int Restores { get; private set; }

    /// <summary>The factor by which the configured learning rate is multiplied.</summary>
    public double RateFactor => Math.Pow(RateReduction, RateReductions);

    /// <summary>Whether any step had a finite loss and gradient that were read. Without one, no weight was trained.</summary>
    public bool AnyStepTaken { get; private set; }

    /// <summary>Records a step with a finite loss and gradient.</summary>
    /// <param name="wasRead">Whether they were read. On a GPU, most are not.</param>
    public void StepSucceeded(bool wasRead)
    {
        _consecutiveSkips = 0;
        AnyStepTaken |= wasRead;
    }

    /// <summary>Chooses the remedy for a bad step.</summary>
    /// <param name="weightsUnchanged">Whether the step left the weights unchanged. If it did not, only a checkpoint helps.</param>
    public Recovery Next(bool weightsUnchanged)
    {
        if (weightsUnchanged && _consecutiveSkips < MaxConsecutiveSkips)
        {
            _consecutiveSkips++;
            SkippedSteps++;
            return Recovery.SkipStep;
        }

        _consecutiveSkips = 0;
        if (weightsUnchanged && RateReductions < MaxRateReductions)
        {
            RateReductions++;
            SkippedSteps++;
            return Recovery.ReduceLearningRate;
        }

        return Restores < MaxRestores ? Recovery.RestoreCheckpoint : Recovery.Fail;
    }

    /// <summary>Records that a checkpoint was restored.</summary>
    public void CheckpointRestored()
    {
        Restores++;
        // The same weights at the same rate would fail in the same way again.
        RateReductions = Math.Max(RateReductions, Restores);
    }

    /// <summary>The faults as a checkpoint holds them; null if there were none.</summary>
    public JsonObject? ToJson() => SkippedSteps + RateReductions + Restores == 0 ? null : new JsonObject
    {
        ["leftOut"] = SkippedSteps,
        ["lowerings"] = RateReductions,
        ["returns"] = Restores,
        ["inARow"] = _consecutiveSkips,
        ["anyTaken"] = AnyStepTaken,
    };

    /// <summary>Restores the faults from <see cref="ToJson"/>.</summary>
    /// <param name="json">The faults of a checkpoint; null if it had none.</param>
    /// <param name="step">The checkpoint's step; 0 without a checkpoint.</param>
    public void Restore(JsonNode? json, long step)
    {
        // Older checkpoints lack this entry.
        AnyStepTaken = step > 0 && (json?["anyTaken"]?.GetValue<bool>() ?? true);
        if (json is not null)
        {
            SkippedSteps = json["leftOut"]!.GetValue<int>();
            RateReductions = json["lowerings"]!.GetValue<int>();
            Restores = json["returns"]!.GetValue<int>();
            // A run interrupted among skipped steps continues to count them. Older checkpoints lack this number.
            _consecutiveSkips = json["inARow"]?.GetValue<int>() ?? 0;
        }
    }
}

/// <summary>A remedy for a step with a non-finite loss or gradient.</summary>
internal enum Recovery
{
    /// <summary>Discard the gradient and continue with the next step.</summary>
    SkipStep,

    /// <summary>Skip the step, and halve the learning rate for the rest of the run.</summary>
    ReduceLearningRate,

    /// <summary>Restore the newest checkpoint.</summary>
    RestoreCheckpoint,

    /// <summary>End the training with an error.</summary>
    Fail,
}
