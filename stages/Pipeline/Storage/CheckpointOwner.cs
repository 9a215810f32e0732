namespace Distill.Pipeline.Storage;

/// <summary>
/// Decides whose <c>checkpoints/</c> a stage's folder holds. Another key's checkpoints are moved aside and come
/// back when their key does: nothing is ever deleted, so putting an option back continues where that run was. The
/// run's metrics.jsonl travels inside.
/// </summary>
internal sealed class CheckpointOwner(string folder, string key, Action<string> warn)
{
    private const string KeyFile = "key.txt";
    private const string MetricsFile = "metrics.jsonl";
    private const int ShortKey = 8;

    private readonly string _checkpoints = Path.Combine(folder, "checkpoints");

    public string Checkpoints => _checkpoints;

    /// <summary>Where this key's checkpoints are now, without moving anything; null where it has none.</summary>
    public string? Find() => new[] { _checkpoints, Parked(key) }.FirstOrDefault(place => KeyOf(place) == key);

    /// <summary>Brings this key's checkpoints, if there are any, to <c>checkpoints/</c>.</summary>
    public void Claim()
    {
        var owner = KeyOf(_checkpoints);
        if (owner is not null && owner != key)
        {
            MoveIfFree(Path.Combine(folder, MetricsFile), Path.Combine(_checkpoints, MetricsFile));
            var aside = CheckpointFolders.Free(Parked(owner));
            Durable.MoveFolder(_checkpoints, aside);
            warn($"the checkpoints of earlier options were moved to {aside}; a run with those options resumes from them");
        }

        if (!Directory.Exists(_checkpoints) && KeyOf(Parked(key)) == key)
        {
            Durable.MoveFolder(Parked(key), _checkpoints);
            warn($"the checkpoints of these options were restored from {Parked(key)}");
        }

        MoveIfFree(Path.Combine(_checkpoints, MetricsFile), Path.Combine(folder, MetricsFile));
    }

    /// <summary>Makes <c>checkpoints/</c> with this key as its owner, before a checkpoint is written there.</summary>
    public void Make()
    {
        Durable.MakeFolder(_checkpoints);
        if (WrittenKey(_checkpoints) != key)
        {
            Durable.WriteText(Path.Combine(_checkpoints, KeyFile), key + "\n");
        }
    }

    private static void MoveIfFree(string from, string to)
    {
        if (File.Exists(from) && !File.Exists(to))
        {
            Durable.Files.MoveFile(from, to);
        }
    }

    private string Parked(string owner) => $"{_checkpoints}-{owner[..Math.Min(ShortKey, owner.Length)]}";

    /// <summary>The owner that most of key.txt and the manifests name, key.txt where they are even: one of them may be lost or damaged. Null for nobody.</summary>
    private static string? KeyOf(string checkpoints) => CheckpointFolders.Newest(checkpoints)
        .Select(entry => CheckpointManifest.Read(entry.Folder, out _)?.Key)
        .Prepend(WrittenKey(checkpoints))
        .Where(FileHash.Is)
        .OfType<string>()
        .CountBy(owner => owner)
        .OrderByDescending(owner => owner.Value)
        .FirstOrDefault()
        .Key;

    private static string? WrittenKey(string checkpoints)
    {
        var file = Path.Combine(checkpoints, KeyFile);
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }
}
