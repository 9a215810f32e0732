namespace Stages.Pipeline.Plan;

/// <summary>A stage failed in a way that is not the user's mistake. What it had saved is kept; exit code 2.</summary>
public sealed class StageFailedException(string stage, Exception inner) : Exception(
    $"stage {stage} failed: {inner.Message.TrimEnd('.')}. What it had saved is kept: run the same command again and it resumes", inner)
{
    public string Stage { get; } = stage;
}
