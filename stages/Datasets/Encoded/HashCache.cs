using System.Globalization;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Encoded;

/// <summary>
/// SHA-256 of files, remembered by path, length and time of change, so that a million images are hashed once and not at every
/// command. A cache that is damaged or gone costs time and nothing else.
/// </summary>
/// <param name="path">The cache: a line a file, hash, length, ticks and path between tabs.</param>
internal sealed class HashCache(string path)
{
    private readonly Dictionary<string, (string Sha256, long Length, long Ticks)> _known = Load(path);
    private bool _changed;

    /// <exception cref="IOException">The file cannot be read.</exception>
    public string Of(string file)
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

    /// <summary>Writes what was learned, if anything was.</summary>
    public void Save()
    {
        if (!_changed)
        {
            return;
        }

        var lines = _known
            .Where(entry => !entry.Key.Contains('\n', StringComparison.Ordinal))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Value.Sha256}\t{entry.Value.Length}\t{entry.Value.Ticks}\t{entry.Key}"));
        RememberedLines.Write(path, lines);
        _changed = false;
    }

    private static Dictionary<string, (string, long, long)> Load(string path)
    {
        var known = new Dictionary<string, (string, long, long)>(StringComparer.Ordinal);
        foreach (var line in RememberedLines.Read(path) ?? [])
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
