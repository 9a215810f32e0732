using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Cli.Commands;

/// <summary>The exit codes of the program, and the translation of exceptions into one message and an exit code.</summary>
internal static class ExitCodes
{
    /// <summary>The command did all that it was asked for.</summary>
    public const int Done = 0;

    /// <summary>The user's input is wrong.</summary>
    public const int WrongInput = 1;

    /// <summary>A stage failed; running again resumes it.</summary>
    public const int StageFailed = 2;

    /// <summary>The device failed a check.</summary>
    public const int CheckFailed = 2;

    /// <summary>Interrupted; a checkpoint is saved.</summary>
    public const int Interrupted = 130;

    /// <summary>The environment variable that adds the stack trace of a failed stage, for a bug report.</summary>
    private const string TraceVariable = "DISTILL_TRACE";

    /// <summary>Runs a command and turns an exception into a message on stderr and an exit code.</summary>
    public static int Guard(Func<int> command)
    {
        try
        {
            return FirstError.Of(command);
        }
        catch (UserException e)
        {
            Console.Error.WriteLine(e.Message);
            return WrongInput;
        }
        catch (StageFailedException e)
        {
            Console.Error.WriteLine(e.Message);
            if (Environment.GetEnvironmentVariable(TraceVariable) is { Length: > 0 })
            {
                Console.Error.WriteLine(e);
            }

            return StageFailed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The error came from outside of any stage: before the first one, or between two.
            var advice = StorageAdvice.For(e) is { } found ? $" {found}." : "";
            Console.Error.WriteLine($"{e.Message.TrimEnd('.')}.{advice} Saved work is intact; run the same command again to resume.");
            return StageFailed;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Interrupted. Progress is saved; run the same command again to resume.");
            return Interrupted;
        }
    }
}
