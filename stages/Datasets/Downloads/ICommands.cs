namespace Distill.Datasets.Downloads;

/// <summary>Runs programs of the machine.</summary>
public interface ICommands
{
    /// <summary>Runs a program to its end in the folder.</summary>
    /// <returns>Null where the machine has no such program.</returns>
    /// <exception cref="TimeoutException">It ran longer than <paramref name="limit"/> and was stopped.</exception>
    Task<CommandResult?> RunAsync(
        string program, IReadOnlyList<string> arguments, string folder, TimeSpan limit, CancellationToken cancellation);
}
