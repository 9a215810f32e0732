using Stages.Pipeline.Storage;

namespace Stages.Pipeline.Plan;

/// <summary>A stage failed in a way that is not the user's mistake. What it had saved is kept; exit code 2.</summary>
public sealed class StageFailedException(string stage, Exception inner) : Exception(Account(stage, inner), inner)
{
    public string Stage { get; } = stage;

    private static string Account(string stage, Exception inner)
    {
        var (what, advice) = (inner.Message.TrimEnd('.'), StorageAdvice.For(inner));
        return advice is null
            ? $"stage {stage} failed: {what}. What it had saved is kept: run the same command again and it resumes"
            : $"stage {stage} failed: {what}. {advice}; what it had saved is kept: run the same command again then, and it resumes";
    }
}
