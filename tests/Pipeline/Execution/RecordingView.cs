using System.Text.Json.Nodes;
using Distill.Pipeline.Progress;

namespace Tests.Pipeline.Execution;

/// <summary>Records what a runner shows, one line per call.</summary>
internal sealed class RecordingView : IProgressView, IStageProgress
{
    public List<string> Lines { get; } = [];

    public IStageProgress Begin(string stage, int index, int count, string? resumedFrom)
    {
        Lines.Add($"begin {stage} {index}/{count} {resumedFrom ?? "from the start"}");
        return this;
    }

    public void Skip(string stage) => Lines.Add($"skip {stage}");

    public void End(string stage, TimeSpan elapsed, JsonObject metrics) =>
        Lines.Add($"end {stage} {elapsed.TotalSeconds} s {metrics.ToJsonString()}");

    public void Note(string message) => Lines.Add($"note {message}");

    public void Report(StageProgress progress) => Lines.Add($"step {progress.Done}");
}
