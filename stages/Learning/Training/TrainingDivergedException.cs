namespace Distill.Learning.Training;

/// <summary>Loss or gradient stayed NaN or infinite, whatever was tried; the last checkpoint is from before.</summary>
/// <param name="step">The step that was given up at, from 1.</param>
/// <param name="account">What was wrong there, and what was tried.</param>
internal sealed class TrainingDivergedException(long step, string account)
    : Exception($"{account} Lower optimizer.learningRate or lengthen its warmup, then run again")
{
    public long Step { get; } = step;
}
