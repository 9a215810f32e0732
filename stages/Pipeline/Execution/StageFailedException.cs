using System.Runtime.ExceptionServices;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>A stage failed for a reason other than wrong input of the user. Its checkpoints are kept; the exit code is 2.</summary>
public sealed class StageFailedException(string stage, Exception inner) : Exception(Describe(stage, inner), inner)
{
    public string Stage { get; } = stage;

    /// <summary>Returns the failure of a stage. Wrong input of the user and an interruption are thrown as they are.</summary>
    internal static StageFailedException Of(string stage, Exception error, CancellationToken cancellation)
    {
        var failure = FirstError.In(error);
        if (failure is UserException or StoppedElsewhereException
            || (failure is OperationCanceledException && cancellation.IsCancellationRequested))
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return new StageFailedException(stage, failure);
    }

    private static string Describe(string stage, Exception inner)
    {
        var (what, advice) = (inner.Message.TrimEnd('.'), StorageAdvice.For(inner));
        return $"stage {stage} failed: {what}.{(advice is null ? "" : $" {advice}.")} "
            + (inner is ChangedInputException
                ? "Its checkpoints are kept: with the old content, the same command resumes; with the new one, it starts this stage again."
                : "Its checkpoints are kept; run the same command again to resume.");
    }
}
