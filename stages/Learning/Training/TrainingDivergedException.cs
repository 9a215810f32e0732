namespace Stages.Learning.Training;

/// <summary>Loss or gradient stayed NaN or infinite, whatever was tried; the last checkpoint is from before.</summary>
/// <param name="step">The step that was given up at, from 1.</param>
/// <param name="loss">Its loss.</param>
/// <param name="tried">What was tried, as the end of a sentence.</param>
public sealed class TrainingDivergedException(long step, double loss, string tried)
    : Exception(FormattableString.Invariant(
        $"the loss is {loss} at step {step}, and {tried} did not help; lower optimizer.learningRate or lengthen its warmup, then run again"))
{
    public long Step { get; } = step;
}
