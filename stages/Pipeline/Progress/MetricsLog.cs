using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Progress;

/// <summary>
/// <c>metrics.jsonl</c>: one JSON object per line, with the time in "utc", appended during the run. An <see cref="EventFile"/> beside it
/// holds the same for TensorBoard. A line that a crash left incomplete is dropped before anything is appended.
/// </summary>
public sealed class MetricsLog(string path, TimeProvider clock)
{
    /// <summary>Name of the log in a stage's folder.</summary>
    public const string FileName = CheckpointOwner.MetricsFile;

    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
    private bool _isIntact;

    private string EventsPath => Path.Combine(_folder, EventFile.Name);

    /// <summary>Reads the complete lines of a log; none if the log does not exist.</summary>
    public static IReadOnlyList<JsonObject> Read(string path) =>
        File.Exists(path) ? [.. File.ReadLines(path).Select(Parse).OfType<JsonObject>()] : [];

    /// <summary>Appends a line.</summary>
    /// <param name="metrics">Measurements by name; "step" is the number of steps done before.</param>
    public void Append(JsonObject metrics)
    {
        if (!_isIntact)
        {
            TruncateAfter(long.MaxValue);
        }

        var line = (JsonObject)metrics.DeepClone();
        line["utc"] = clock.GetUtcNow().UtcDateTime;
        var written = Encoding.UTF8.GetBytes(line.ToJsonString() + "\n");
        Append(path, written);

        // Made from the text, because that is what a later truncation rebuilds the file from.
        Append(EventsPath, EventFile.Record(Parse(line.ToJsonString())!));
    }

    /// <summary>
    /// Drops the lines whose "step" is larger, because a run resumed at this step writes them again. Lines without a step stay. A file is
    /// replaced durably, and only if it changes.
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

        if (!File.Exists(EventsPath) || !File.ReadAllBytes(EventsPath).AsSpan().SequenceEqual(events.ToArray()))
        {
            Durable.WriteFile(EventsPath, events.WriteTo);
        }

        _isIntact = true;
    }

    /// <summary>
    /// Makes the lines so far survive a power cut. Call it before a checkpoint of their step is saved. Errors are ignored: lost lines are
    /// better than a lost checkpoint.
    /// </summary>
    public void Sync()
    {
        try
        {
            foreach (var written in new[] { path, EventsPath }.Where(File.Exists))
            {
                Durable.Files.SyncFile(written);
            }

            if (Directory.Exists(_folder))
            {
                Durable.SyncFolder(_folder);
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // The disk that refused this will refuse the checkpoint too, which is tried again and reported.
        }
    }

    private static void Append(string path, byte[] bytes)
    {
        using var file = Durable.Files.Append(path);
        file.Write(bytes);
    }

    /// <summary>Parses a line; null if it is not a complete JSON object.</summary>
    private static JsonObject? Parse(string line)
    {
        try
        {
            // Count forces the keys to be read, and throws if damage has made two of them equal.
            return JsonNode.Parse(line) is JsonObject { Count: >= 0 } metrics ? metrics : null;
        }
        catch (Exception damaged) when (damaged is JsonException or ArgumentException)
        {
            return null;
        }
    }
}
