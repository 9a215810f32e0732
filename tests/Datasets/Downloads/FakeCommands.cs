using Distill.Datasets.Downloads;

namespace Tests.Datasets.Downloads;

/// <summary>Fake programs. The result null means that the machine does not have the program.</summary>
internal sealed class FakeCommands(Func<string, IReadOnlyList<string>, string, CommandResult?> answer) : ICommands
{
    public static CommandResult Success { get; } = new(0, "", "");

    /// <summary>One line per call: the program and its arguments.</summary>
    public List<string> Calls { get; } = [];

    public Task<CommandResult?> RunAsync(
        string program, IReadOnlyList<string> arguments, string folder, TimeSpan limit, CancellationToken cancellation)
    {
        Calls.Add($"{program} {string.Join(' ', arguments)}");
        return Task.FromResult(answer(program, arguments, folder));
    }
}
