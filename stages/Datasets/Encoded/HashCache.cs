using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Encoded;

/// <summary>
/// A cache of the SHA-256 of files by path, length and last write time, so a million images are hashed once and not at every command.
/// A missing or damaged cache only costs time. The pass that hashes files of images also decodes them, so that they are read once.
/// </summary>
/// <param name="path">Cache file with one line per hashed file: hash, length, ticks and path, separated by tabs.</param>
/// <param name="log">Takes one line of progress every ten seconds.</param>
/// <param name="time">Clock.</param>
/// <param name="cancellation">Stops hashing; what is hashed by then is kept.</param>
internal sealed class HashCache(string path, Action<string> log, TimeProvider time, CancellationToken cancellation)
{
    private const string Head = "# hashes 2";

    /// <summary>First field of the journal's lines about images.</summary>
    private const string Row = "image";

    /// <summary>Bytes up to which a file is held in memory.</summary>
    private const long MostBytesAtOnce = 64 << 20;

    private readonly ConcurrentDictionary<string, Entry> _known = Load(path);
    private readonly ConcurrentDictionary<string, string> _current = new(StringComparer.Ordinal);

    // By the hash of the file.
    private readonly ConcurrentDictionary<string, ScanRow> _rows = new(StringComparer.Ordinal);
    private bool _changed;

    /// <summary>Number of different images that were decoded.</summary>
    public int Decoded => _rows.Count;

    private string Part => path + ".part";

    /// <summary>
    /// Hashes files in parallel, on all cores. A file that cannot be read is left out; <see cref="Sha256"/> says why.
    /// </summary>
    /// <param name="files">Paths of the files.</param>
    /// <param name="areImages">Whether each file is an image, which is decoded as well.</param>
    /// <exception cref="OperationCanceledException">The pass was stopped.</exception>
    public void Prepare(IReadOnlyList<string> files, bool areImages)
    {
        Recall(Journal.Read(Part, Head));

        var options = new ParallelOptions { CancellationToken = cancellation };
        var unknown = new ConcurrentBag<string>();
        FirstError.Of(() => Parallel.ForEach(files.Select(Path.GetFullPath), options, file =>
        {
            if (!IsKnown(file))
            {
                unknown.Add(file);
            }
        }));
        if (!unknown.IsEmpty)
        {
            var progress = new PassProgress("Read", "files", unknown.Count, log, time);
            using var journal = new Journal(Part, Head, time);
            FirstError.Of(() => Parallel.ForEach(unknown, options, file =>
            {
                if (TryHash(file, areImages) is { } entry)
                {
                    // Before the hash: a file that is known is not read again.
                    if (_rows.TryGetValue(entry.Sha256, out var row))
                    {
                        journal.Add($"{Row}\t{entry.Sha256}\t{row.ToLine()}");
                    }

                    journal.Add(entry.ToLine(file));
                }

                progress.Add();
            }));
        }

        Save();
        File.Delete(Part);
    }

    /// <summary>Returns the SHA-256 of a file, from the cache if the file is unchanged.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public string Sha256(string file)
    {
        var full = Path.GetFullPath(file);
        return _current.TryGetValue(full, out var hash) ? hash : IsKnown(full) ? _known[full].Sha256 : Hash(full).Sha256;
    }

    /// <summary>Returns what decoding the image in a file gave; null unless this pass or the one that it continues decoded it.</summary>
    public ScanRow? RowOf(string file) =>
        _current.TryGetValue(Path.GetFullPath(file), out var hash) ? _rows.GetValueOrDefault(hash) : null;

    /// <summary>Takes what an interrupted pass has found.</summary>
    private void Recall(IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
        {
            if (line.Split('\t', 3) is [Row, var hash, var text] && ScanRow.Parse(text) is { } row)
            {
                _rows[hash] = row;
            }
            else if (Entry.Parse(line) is var (file, entry))
            {
                (_known[file], _changed) = (entry, true);
            }
        }
    }

    /// <summary>Returns whether the cache has the hash of the file as it is now.</summary>
    private bool IsKnown(string file)
    {
        if (!_known.TryGetValue(file, out var known))
        {
            return false;
        }

        var info = LinkedFile.Follow(new FileInfo(file));
        if (!info.Exists || (known.Length, known.Ticks) != (info.Length, info.LastWriteTimeUtc.Ticks))
        {
            return false;
        }

        _current[file] = known.Sha256;
        return true;
    }

    private Entry? TryHash(string file, bool decodes)
    {
        try
        {
            return Hash(file, decodes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private Entry Hash(string file, bool decodes = false)
    {
        var info = LinkedFile.Follow(new FileInfo(file));
        // The length and time of before, so that a file that changes meanwhile is hashed again next time.
        var (length, ticks) = (info.Length, info.LastWriteTimeUtc.Ticks);
        var entry = new Entry(decodes && length <= MostBytesAtOnce ? HashOfImage(file) : FileHash.OfFile(file), length, ticks);
        (_known[file], _current[file], _changed) = (entry, entry.Sha256, true);
        return entry;
    }

    private string HashOfImage(string file)
    {
        var bytes = File.ReadAllBytes(file);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        _rows[hash] = Scan.Inspect(bytes);
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
            .Select(entry => entry.Value.ToLine(entry.Key));
        CachedLines.Write(path, lines);
        _changed = false;
    }

    private static ConcurrentDictionary<string, Entry> Load(string path) => new(
        (CachedLines.Read(path) ?? []).Select(Entry.Parse).OfType<(string File, Entry Entry)>()
            .Select(line => KeyValuePair.Create(line.File, line.Entry)),
        StringComparer.Ordinal);

    /// <summary>The hash of a file, and the length and last write time that it had then.</summary>
    private sealed record Entry(string Sha256, long Length, long Ticks)
    {
        public string ToLine(string file) => string.Create(CultureInfo.InvariantCulture, $"{Sha256}\t{Length}\t{Ticks}\t{file}");

        /// <summary>Parses a line; null if it is not one.</summary>
        public static (string File, Entry Entry)? Parse(string line) =>
            line.Split('\t', 4) is [{ Length: 64 } hash, var length, var ticks, var file]
            && long.TryParse(length, CultureInfo.InvariantCulture, out var bytes)
            && long.TryParse(ticks, CultureInfo.InvariantCulture, out var changed)
                ? (file, new Entry(hash, bytes, changed))
                : null;
    }
}
