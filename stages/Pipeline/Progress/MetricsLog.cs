using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stages.Pipeline.Storage;

namespace Stages.Pipeline.Progress;

/// <summary>
/// <c>metrics.jsonl</c>: one JSON object a line, appended as the run goes, each with the time in "utc". A line that
/// a crash tore is dropped before anything is appended.
/// </summary>
public sealed class MetricsLog(string path, TimeProvider clock)
{
    private bool _whole;

    /// <param name="metrics">What was measured; "step" is the step it was measured after.</param>
    public void Append(JsonObject metrics)
    {
        if (!_whole)
        {
            TruncateAfter(long.MaxValue);
        }

        var line = (JsonObject)metrics.DeepClone();
        line["utc"] = clock.GetUtcNow().UtcDateTime;
        using var file = Durable.Files.Append(path);
        file.Write(Encoding.UTF8.GetBytes(line.ToJsonString() + "\n"));
    }

    /// <summary>
    /// Drops the lines that a run resumed at this step will write again: those whose "step" is larger. Lines without
    /// a step stay. The file is replaced durably, and only if a line goes.
    /// </summary>
    public void TruncateAfter(long step)
    {
        Durable.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var text = File.Exists(path) ? File.ReadAllText(path) : "";
        var kept = new StringBuilder();
        foreach (var line in text.Split('\n')[..^1].Where(line => Stays(line, step)))
        {
            kept.Append(line).Append('\n');
        }

        if (kept.Length != text.Length)
        {
            Durable.WriteText(path, kept.ToString());
        }

        _whole = true;
    }

    /// <summary>Whether a line is a whole JSON object that was measured no later than the step.</summary>
    private static bool Stays(string line, long step)
    {
        try
        {
            return JsonNode.Parse(line) is JsonObject metrics
                && (metrics["step"] is not JsonValue value || !value.TryGetValue(out long at) || at <= step);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
