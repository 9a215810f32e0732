using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Progress;

/// <summary>
/// <c>metrics.jsonl</c>: one JSON object a line, appended as the run goes, each with the time in "utc"; and the same for TensorBoard
/// in an <see cref="EventFile"/> beside it. What a crash tore is dropped before anything is appended.
/// </summary>
public sealed class MetricsLog(string path, TimeProvider clock)
{
    /// <summary>Of the log, in a stage's folder.</summary>
    public const string FileName = "metrics.jsonl";

    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
    private bool _whole;

    private string EventsPath => Path.Combine(_folder, EventFile.Name);

    /// <summary>The whole lines of a log; none where there is no log.</summary>
    public static IReadOnlyList<JsonObject> Read(string path) =>
        File.Exists(path) ? [.. File.ReadLines(path).Select(Parse).OfType<JsonObject>()] : [];

    /// <param name="metrics">What was measured; "step" is the step it was measured after.</param>
    public void Append(JsonObject metrics)
    {
        if (!_whole)
        {
            TruncateAfter(long.MaxValue);
        }

        var line = (JsonObject)metrics.DeepClone();
        line["utc"] = clock.GetUtcNow().UtcDateTime;
        var written = Encoding.UTF8.GetBytes(line.ToJsonString() + "\n");
        Append(path, written);

        // From the text, as it will be read when the file is made anew.
        Append(EventsPath, EventFile.Record(Parse(line.ToJsonString())!));
    }

    /// <summary>
    /// Drops the lines that a run resumed at this step will write again: those whose "step" is larger. Lines without
    /// a step stay. A file is replaced durably, and only if it changes.
    /// </summary>
    public void TruncateAfter(long step)
    {
        Durable.MakeFolder(_folder);
        var text = File.Exists(path) ? File.ReadAllText(path) : "";
        var kept = new StringBuilder();
        var events = new MemoryStream();
        events.Write(EventFile.Header());
        foreach (var line in text.Split('\n')[..^1])
        {
            if (Parse(line) is { } metrics && (metrics["step"] is not JsonValue value || !value.TryGetValue(out long at) || at <= step))
            {
                kept.Append(line).Append('\n');
                events.Write(EventFile.Record(metrics));
            }
        }

        if (kept.Length != text.Length)
        {
            Durable.WriteText(path, kept.ToString());
        }

        if (!File.Exists(EventsPath) || !File.ReadAllBytes(EventsPath).AsSpan().SequenceEqual(events.GetBuffer().AsSpan(0, (int)events.Length)))
        {
            Durable.WriteFile(EventsPath, events.WriteTo);
        }

        _whole = true;
    }

    private static void Append(string path, byte[] bytes)
    {
        using var file = Durable.Files.Append(path);
        file.Write(bytes);
    }

    /// <summary>Null where a line is no whole JSON object.</summary>
    private static JsonObject? Parse(string line)
    {
        try
        {
            // Counting looks at the keys, of which damage may have made two the same.
            return JsonNode.Parse(line) is JsonObject { Count: >= 0 } metrics ? metrics : null;
        }
        catch (Exception damaged) when (damaged is JsonException or ArgumentException)
        {
            return null;
        }
    }
}
