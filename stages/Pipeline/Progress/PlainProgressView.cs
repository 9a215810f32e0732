using System.Text.Json.Nodes;

namespace Distill.Pipeline.Progress;

/// <summary>
/// Progress as plain lines, for logs and pipes: a stage's first report, then at most one per <paramref name="every"/>, and always its
/// last. A stage that reports nothing for long gets a line too. Dispose of it when the run ends, also after an error.
/// </summary>
public sealed class PlainProgressView(TextWriter output, TimeProvider clock, TimeSpan every) : IProgressView, IDisposable
{
    private PlainStageProgress? _stage;

    public IStageProgress Begin(string stage, int index, int count, string? resumedFrom)
    {
        Dispose();
        Write(Wording.Begin(stage, index, count, resumedFrom));
        return _stage = new PlainStageProgress(stage, Write, clock, every);
    }

    public void Skip(string stage) => Write(Wording.Skip(stage));

    public void End(string stage, TimeSpan elapsed, JsonObject metrics)
    {
        Dispose();
        Write(Wording.End(stage, elapsed, metrics));
    }

    public void Note(string message) => Write(message);

    public void Dispose()
    {
        _stage?.Dispose();
        _stage = null;
    }

    private void Write(string line)
    {
        // One call per line, so that lines from two threads never mix, and "\n" on every system, so that logs are the same.
        output.Write(line + "\n");
        output.Flush();
    }
}
