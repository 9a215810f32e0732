using System.Text.Json;
using System.Text.Json.Serialization;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>
/// <c>pipeline.lock.json</c>: which stages started or finished, with their inputs and results. Each change replaces the file durably, so a
/// crash leaves the old or the new one. It contains its own SHA-256, and a copy lies beside it. Equal content gives equal bytes.
/// </summary>
public sealed class RunManifest
{
    private const string CopySuffix = ".copy";

    /// <summary>How entries are written as JSON.</summary>
    internal static readonly JsonSerializerOptions Json = new(JsonFormat.Records)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    private readonly string _path;
    private readonly SortedDictionary<string, LockEntry> _stages;

    private RunManifest(string path, IEnumerable<KeyValuePair<string, LockEntry>> stages)
    {
        _path = path;
        _stages = new SortedDictionary<string, LockEntry>(stages.ToDictionary(), StringComparer.Ordinal);
    }

    /// <summary>All stages that ever started, by name.</summary>
    public IReadOnlyDictionary<string, LockEntry> Stages => _stages;

    /// <summary>Reads the manifest, or its copy if the manifest is damaged or missing. It is empty if both are missing.</summary>
    /// <param name="path">Path of the manifest.</param>
    /// <param name="warn">Receives one sentence if the copy is used.</param>
    /// <exception cref="UserException">This version can read neither of them.</exception>
    public static RunManifest Load(string path, Action<string> warn)
    {
        var copy = path + CopySuffix;
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
            $"{path}: this run manifest cannot be read: {damage}. Nothing was changed. Restore a good copy, "
            + $"or move it away (mv {path} {path}.bad); stages then run again and resume from their checkpoints");
    }

    /// <summary>Replaces a stage's entry, on disk before this returns.</summary>
    public void Set(string stage, LockEntry entry)
    {
        _stages[stage] = entry;
        Write();
    }

    /// <summary>Removes a stage, on disk before this returns.</summary>
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
        Durable.WriteText(_path + CopySuffix, text);
    }

    private static SortedDictionary<string, LockEntry>? Read(string path, out string damage)
    {
        damage = "";
        try
        {
            var document = JsonSerializer.Deserialize<LockDocument>(File.ReadAllText(path), Json) ?? throw new JsonException("it is null");
            damage = document switch
            {
                // Version 1 had no checksum.
                { Version: 1, Sha256: null } => "",
                { Version: not LockDocument.CurrentVersion } =>
                    $"its version is {document.Version}, expected {LockDocument.CurrentVersion}",
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

    /// <summary>Content of the file.</summary>
    /// <param name="Version">Version of the format.</param>
    /// <param name="Stages">One entry per stage.</param>
    /// <param name="Sha256">Hash of the stages; null in version 1, which had none.</param>
    private sealed record LockDocument(int Version, SortedDictionary<string, LockEntry> Stages, string? Sha256 = null)
    {
        public const int CurrentVersion = 2;
    }
}
