namespace Distill.Pipeline.Storage;

/// <summary>
/// Decides to which stage key the <c>checkpoints/</c> of a stage's folder belong. Checkpoints of another key are moved aside, and return
/// when that key returns. Nothing is deleted, so restoring an option resumes the earlier run. The run's metrics.jsonl moves with them.
/// </summary>
internal sealed class CheckpointOwner(string folder, string key, Action<string> warn)
{
    /// <summary>Name of the metrics log in a stage's folder.</summary>
    public const string MetricsFile = "metrics.jsonl";

    private const string KeyFile = "key.txt";

    // Digits of the key in the name of a folder that was moved aside.
    private const int ShortKey = 8;

    private readonly string _checkpoints = Path.Combine(folder, "checkpoints");

    public string Checkpoints => _checkpoints;

    /// <summary>Finds this key's checkpoints without moving anything; null if it has none.</summary>
    public string? Find() => new[] { _checkpoints, Parked(key) }.FirstOrDefault(place => KeyOf(place) == key);

    /// <summary>Moves this key's checkpoints, if there are any, to <c>checkpoints/</c>, and those of another key aside.</summary>
    public void Claim()
    {
        var owner = KeyOf(_checkpoints);
        if (owner is not null && owner != key)
        {
            MoveIfFree(Path.Combine(folder, MetricsFile), Path.Combine(_checkpoints, MetricsFile));
            var aside = CheckpointFolders.FindFreeName(Parked(owner));
            Durable.MoveFolder(_checkpoints, aside);
            warn($"the checkpoints of earlier options were moved to {aside}; a run with those options resumes from them");
        }

        if (owner != key && KeyOf(Parked(key)) == key)
        {
            ClearOwnerless();
            Durable.MoveFolder(Parked(key), _checkpoints);
            warn($"the checkpoints of these options were restored from {Parked(key)}");
        }

        MoveIfFree(Path.Combine(_checkpoints, MetricsFile), Path.Combine(folder, MetricsFile));
    }

    /// <summary>Creates <c>checkpoints/</c> for this key, before a checkpoint is written there.</summary>
    public void Create()
    {
        Durable.MakeFolder(_checkpoints);
        if (WrittenKey(_checkpoints) != key)
        {
            Durable.WriteText(Path.Combine(_checkpoints, KeyFile), key + "\n");
        }
    }

    /// <summary>
    /// Makes room where a stop left <c>checkpoints/</c> without the file that names its key, which is written after the folder is made.
    /// </summary>
    private void ClearOwnerless()
    {
        if (!Directory.Exists(_checkpoints))
        {
            return;
        }

        if (Directory.EnumerateFileSystemEntries(_checkpoints).All(entry => PartialNames.IsPartial(Path.GetFileName(entry))))
        {
            Durable.Delete(_checkpoints);
        }
        else
        {
            Durable.MoveFolder(_checkpoints, CheckpointFolders.FindFreeName($"{_checkpoints}-unknown"));
        }
    }

    private static void MoveIfFree(string from, string to)
    {
        if (File.Exists(from) && !File.Exists(to))
        {
            Durable.MoveFile(from, to);
        }
    }

    private string Parked(string owner) => $"{_checkpoints}-{owner[..Math.Min(ShortKey, owner.Length)]}";

    /// <summary>
    /// Returns the key that most of key.txt and the manifests name, because one of them may be lost or damaged. At a tie key.txt decides.
    /// Null if none names a key.
    /// </summary>
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
