namespace Distill.Learning.Training;

/// <summary>The error of a training whose loss or gradient stayed NaN or infinite. The last checkpoint is from before.</summary>
/// <param name="step">The step at which training failed, from 1.</param>
/// <param name="fault">What was found there.</param>
/// <param name="faults">What was tried.</param>
internal sealed class TrainingDivergedException(long step, string fault, TrainingFaults faults) : Exception(FormattableString.Invariant(
    $"training diverged: {fault}. Tried: {Tried(faults)}. Lower optimizer.learningRate or raise optimizer.warmupFraction, then run again"))
{
    public long Step { get; } = step;

    private static string Tried(TrainingFaults faults)
    {
        var tried = new List<string>();
        if (faults.SkippedSteps > 0)
        {
            tried.Add(FormattableString.Invariant($"skipped {faults.SkippedSteps} steps"));
        }

        if (faults.RateReductions > 0)
        {
            tried.Add(FormattableString.Invariant($"reduced the learning rate to {100 * faults.RateFactor} % of the configured value"));
        }

        tried.Add(faults.Restores switch
        {
            0 => "found no checkpoint to restore",
            1 => "restored a checkpoint once",
            var count => FormattableString.Invariant($"restored a checkpoint {count} times"),
        });
        return string.Join(", ", tried);
    }
}
