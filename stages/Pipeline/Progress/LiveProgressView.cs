using System.Text.Json.Nodes;
using Spectre.Console;

namespace Distill.Pipeline.Progress;

/// <summary>
/// Progress on a terminal: a live table for the running stage, and one permanent line per finished stage. Dispose of it when the run ends,
/// also after an error, to remove the table and show the cursor again.
/// </summary>
public sealed class LiveProgressView(IAnsiConsole console, TimeProvider clock) : IProgressView, IDisposable
{
    private LiveStageProgress? _stage;

    public IStageProgress Begin(string stage, int index, int count, string? resumedFrom)
    {
        Dispose();
        console.WriteLine(Wording.Begin(stage, index, count, resumedFrom));
        return _stage = new LiveStageProgress(stage, console, clock);
    }

    public void Skip(string stage) => console.Write(new LineAbove(Wording.Skip(stage)));

    public void End(string stage, TimeSpan elapsed, JsonObject metrics)
    {
        Dispose();
        console.WriteLine(Wording.End(stage, elapsed, metrics));
    }

    public void Note(string message) => console.Write(new LineAbove(message));

    public void Dispose()
    {
        _stage?.Dispose();
        _stage = null;
    }
}
