using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>A stage failed in a way that is not the user's mistake. What it had saved is kept; exit code 2.</summary>
public sealed class StageFailedException(string stage, Exception inner) : Exception(Account(stage, inner), inner)
{
    public string Stage { get; } = stage;

    private static string Account(string stage, Exception inner)
    {
        var (what, advice) = (inner.Message.TrimEnd('.'), StorageAdvice.For(inner));
        return $"stage {stage} failed: {what}.{(advice is null ? "" : $" {advice}.")} Its checkpoints are kept; run the same command again to resume.";
    }
}
