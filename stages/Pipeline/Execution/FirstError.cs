using System.Runtime.ExceptionServices;

namespace Distill.Pipeline.Execution;

/// <summary>
/// Unwraps the errors of parallel work. .NET collects them in an <see cref="AggregateException"/>, whose message says only that there were
/// some, and which no handler of IO errors or wrong input recognizes.
/// </summary>
public static class FirstError
{
    /// <summary>Runs parallel work and throws its first error itself, with its stack trace.</summary>
    public static void Of(Action work) => Of(() =>
    {
        work();
        return true;
    });

    /// <inheritdoc cref="Of(Action)"/>
    public static T Of<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(In(errors));
            throw;
        }
    }

    /// <summary>
    /// Returns the first error that is not a cancellation, because a failure cancels the work beside it; any other exception is returned
    /// as it is.
    /// </summary>
    public static Exception In(Exception error)
    {
        if (error is not AggregateException errors)
        {
            return error;
        }

        var all = errors.Flatten().InnerExceptions;
        return all.FirstOrDefault(inner => inner is not OperationCanceledException) ?? all.FirstOrDefault() ?? error;
    }
}
