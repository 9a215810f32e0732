using Distill.Datasets.Downloads;

namespace Tests.Datasets.Downloads;

/// <summary>Answers for the machine's programs; null means that it has no such program.</summary>
internal sealed class FakeCommands(Func<string, IReadOnlyList<string>, string, CommandResult?> answer) : ICommands
{
    public static CommandResult Fine { get; } = new(0, "", "");

    /// <summary>A line a call: the program and its arguments.</summary>
    public List<string> Calls { get; } = [];

    public Task<CommandResult?> RunAsync(
        string program, IReadOnlyList<string> arguments, string folder, TimeSpan limit, CancellationToken cancellation)
    {
        Calls.Add($"{program} {string.Join(' ', arguments)}");
        return Task.FromResult(answer(program, arguments, folder));
    }
}
