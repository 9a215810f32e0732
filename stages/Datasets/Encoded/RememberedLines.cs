using Distill.Pipeline.Storage;

namespace Distill.Datasets.Encoded;

/// <summary>
/// A cache of lines under their own SHA-256. One that is damaged, even in a digit that would still read as a number, is forgotten
/// and made anew.
/// </summary>
internal static class RememberedLines
{
    /// <summary>The lines; null where there are none, or others than were written.</summary>
    public static string[]? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var text = File.ReadAllText(path);
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        if (end < 0 || text[..end] != Seal(text[(end + 1)..]))
        {
            return null;
        }

        var lines = text.Split('\n');
        return lines[1..^1];
    }

    /// <summary>Takes the place of what was there, as a whole or not at all.</summary>
    public static void Write(string path, IEnumerable<string> lines)
    {
        var text = string.Concat(lines.Select(line => line + "\n"));
        Durable.WriteText(path, $"{Seal(text)}\n{text}");
    }

    private static string Seal(string text) => "# sha256 " + FileHash.OfText(text);
}
