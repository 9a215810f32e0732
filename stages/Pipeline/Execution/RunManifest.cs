using System.Text.Json;
using System.Text.Json.Serialization;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>
/// <c>pipeline.lock.json</c>: which stages were begun and done, of what, with what result. It is replaced durably
/// at each change, so a crash leaves the old or the new one; equal content is equal bytes. It carries its own SHA-256, and a copy lies beside it.
/// </summary>
public sealed class RunManifest
{
    private const string Copy = ".copy";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private readonly string _path;
    private readonly SortedDictionary<string, LockEntry> _stages;

    private RunManifest(string path, IEnumerable<KeyValuePair<string, LockEntry>> stages)
    {
        _path = path;
        _stages = new SortedDictionary<string, LockEntry>(stages.ToDictionary(), StringComparer.Ordinal);
    }

    /// <summary>The stages that were ever begun, by name.</summary>
    public IReadOnlyDictionary<string, LockEntry> Stages => _stages;

    /// <summary>Reads the lock or, where that is damaged or gone, its copy; where there is neither, no stage was begun yet.</summary>
    /// <param name="path">Of the lock.</param>
    /// <param name="warn">Told, in one sentence, where the copy is used.</param>
    /// <exception cref="UserException">Neither is a lock that this version can read.</exception>
    public static RunManifest Load(string path, Action<string> warn)
    {
        var copy = path + Copy;
        if (!File.Exists(path) && !File.Exists(copy))
        {
            return new RunManifest(path, []);
        }

        if (Read(path, out var damage) is { } stages)
        {
            return new RunManifest(path, stages);
        }

        if (Read(copy, out _) is { } kept)
        {
            warn($"{path} is damaged: {damage}; continuing from its copy, {copy}");
            return new RunManifest(path, kept);
        }

        throw new UserException(
            $"{path}: this lock cannot be read: {damage}. Nothing was changed. Restore a good copy, "
            + $"or move it away (mv {path} {path}.bad): stages then run again and continue from their checkpoints");
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
        var text = JsonSerializer.Serialize(new LockDocument(LockDocument.CurrentVersion, _stages, HashOf(_stages)), Json) + "\n";
        Durable.WriteText(_path, text);
        Durable.WriteText(_path + Copy, text);
    }

    private static SortedDictionary<string, LockEntry>? Read(string path, out string damage)
    {
        damage = "";
        try
        {
            var document = JsonSerializer.Deserialize<LockDocument>(File.ReadAllText(path), Json) ?? throw new JsonException("it is null");
            damage = document switch
            {
                // Of before there was a checksum.
                { Version: 1, Sha256: null } => "",
                { Version: not LockDocument.CurrentVersion } => $"its version is {document.Version}, expected {LockDocument.CurrentVersion}",
                _ when document.Sha256 != HashOf(document.Stages) => "its content does not match its sha256",
                _ => "",
            };
            return damage.Length == 0 ? document.Stages : null;
        }
        catch (JsonException broken)
        {
            damage = broken.Message.TrimEnd('.');
            return null;
        }
        catch (FileNotFoundException)
        {
            damage = "it is missing";
            return null;
        }
    }

    private static string HashOf(SortedDictionary<string, LockEntry> stages) => FileHash.OfText(JsonSerializer.Serialize(stages, Json));
}
