using System.Globalization;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Encoded;

/// <summary>
/// A cache of the SHA-256 of files by path, length and last write time, so a million images are hashed once and not at every command.
/// A missing or damaged cache only costs time.
/// </summary>
/// <param name="path">Cache file with one line per hashed file: hash, length, ticks and path, separated by tabs.</param>
internal sealed class HashCache(string path)
{
    private readonly Dictionary<string, (string Sha256, long Length, long Ticks)> _known = Load(path);
    private bool _changed;

    /// <summary>Returns the SHA-256 of a file, from the cache if the file is unchanged.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public string Sha256(string file)
    {
        var full = Path.GetFullPath(file);
        var info = LinkedFile.Follow(new FileInfo(full));
        var ticks = info.LastWriteTimeUtc.Ticks;
        if (_known.TryGetValue(full, out var known) && (known.Length, known.Ticks) == (info.Length, ticks))
        {
            return known.Sha256;
        }

        var hash = FileHash.OfFile(full);
        _known[full] = (hash, info.Length, ticks);
        _changed = true;
        return hash;
    }

    /// <summary>Writes the cache if it has changed.</summary>
    public void Save()
    {
        if (!_changed)
        {
            return;
        }

        var lines = _known
            .Where(entry => !entry.Key.Contains('\n', StringComparison.Ordinal))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => string.Create(
                CultureInfo.InvariantCulture, $"{entry.Value.Sha256}\t{entry.Value.Length}\t{entry.Value.Ticks}\t{entry.Key}"));
        CachedLines.Write(path, lines);
        _changed = false;
    }

    private static Dictionary<string, (string, long, long)> Load(string path)
    {
        var known = new Dictionary<string, (string, long, long)>(StringComparer.Ordinal);
        foreach (var line in CachedLines.Read(path) ?? [])
        {
            if (line.Split('\t', 4) is [{ Length: 64 } hash, var length, var ticks, var file]
                && long.TryParse(length, CultureInfo.InvariantCulture, out var bytes)
                && long.TryParse(ticks, CultureInfo.InvariantCulture, out var changed))
            {
                known[file] = (hash, bytes, changed);
            }
        }

        return known;
    }
}
