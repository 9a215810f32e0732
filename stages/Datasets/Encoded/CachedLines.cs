using Distill.Pipeline.Storage;

namespace Distill.Datasets.Encoded;

/// <summary>
/// A cache file of lines with their own SHA-256. If it is damaged, even in one digit, it is ignored and written again.
/// </summary>
internal static class CachedLines
{
    /// <summary>Reads the lines; null if the file is missing or damaged.</summary>
    public static string[]? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var text = File.ReadAllText(path);
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        if (end < 0 || text[..end] != Checksum(text[(end + 1)..]))
        {
            return null;
        }

        var lines = text.Split('\n');
        return lines[1..^1];
    }

    /// <summary>Replaces the file, as a whole or not at all.</summary>
    public static void Write(string path, IEnumerable<string> lines)
    {
        var text = string.Concat(lines.Select(line => line + "\n"));
        Durable.WriteText(path, $"{Checksum(text)}\n{text}");
    }

    private static string Checksum(string text) => "# sha256 " + FileHash.OfText(text);
}
