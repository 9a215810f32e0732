namespace Distill.Datasets.Downloads;

/// <summary>Runs programs of this machine.</summary>
public interface ICommands
{
    /// <summary>Runs a program in a folder until it exits.</summary>
    /// <returns>Exit code and outputs; null if this machine does not have the program.</returns>
    /// <exception cref="TimeoutException">The program ran longer than <paramref name="limit"/> and was stopped.</exception>
    Task<CommandResult?> RunAsync(
        string program, IReadOnlyList<string> arguments, string folder, TimeSpan limit, CancellationToken cancellation);
}

/// <summary>The result of a program: its exit code, and its two outputs as text.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Error);
