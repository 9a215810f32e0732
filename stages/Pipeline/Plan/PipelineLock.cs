using System.Text.Json;
using System.Text.Json.Serialization;
using Stages.Pipeline.Options;
using Stages.Pipeline.Storage;

namespace Stages.Pipeline.Plan;

/// <summary>
/// <c>pipeline.lock.json</c>: which stages were begun and done, of what, with what result. It is replaced durably
/// at each change, so a crash leaves the old or the new one; equal content is equal bytes.
/// </summary>
public sealed class PipelineLock
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private readonly string _path;
    private readonly SortedDictionary<string, LockEntry> _stages;

    private PipelineLock(string path, IEnumerable<KeyValuePair<string, LockEntry>> stages)
    {
        _path = path;
        _stages = new SortedDictionary<string, LockEntry>(stages.ToDictionary(), StringComparer.Ordinal);
    }

    /// <summary>The stages that were ever begun, by name.</summary>
    public IReadOnlyDictionary<string, LockEntry> Stages => _stages;

    /// <summary>Reads the lock; where there is no file, no stage was begun yet.</summary>
    /// <exception cref="UserException">The file is not a lock that this version can read.</exception>
    public static PipelineLock Load(string path)
    {
        if (!File.Exists(path))
        {
            return new PipelineLock(path, []);
        }

        try
        {
            var document = JsonSerializer.Deserialize<LockDocument>(File.ReadAllText(path), Json)
                ?? throw new JsonException("it is null");
            return document.Version == LockDocument.CurrentVersion
                ? new PipelineLock(path, document.Stages)
                : throw new JsonException($"its version is {document.Version}, expected {LockDocument.CurrentVersion}");
        }
        catch (JsonException broken)
        {
            throw new UserException(
                $"{path}: this is not a readable lock: {broken.Message.TrimEnd('.')}. Nothing was changed. Put a good copy back, "
                + $"or move it away (mv {path} {path}.bad): stages then run again and continue from their checkpoints");
        }
    }

    /// <summary>Replaces a stage's entry, on the disk before this returns.</summary>
    public void Set(string stage, LockEntry entry)
    {
        _stages[stage] = entry;
        Write();
    }

    /// <summary>Forgets a stage, on the disk before this returns.</summary>
    public void Remove(string stage)
    {
        if (_stages.Remove(stage))
        {
            Write();
        }
    }

    private void Write()
    {
        var document = new LockDocument(LockDocument.CurrentVersion, _stages);
        Durable.WriteText(_path, JsonSerializer.Serialize(document, Json) + "\n");
    }
}
