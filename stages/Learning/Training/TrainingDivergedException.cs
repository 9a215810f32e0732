namespace Stages.Learning.Training;

/// <summary>The loss is NaN or infinite; the last checkpoint is from before.</summary>
public sealed class TrainingDivergedException(long step, double loss)
    : Exception($"the loss is {loss} at step {step}; lower optimizer.learningRate or lengthen its warmup, then run again")
{
    public long Step { get; } = step;
}
