using Distill.Pipeline.Storage;

namespace Distill.Artifacts;

/// <summary>
/// The SHA256SUMS of a published folder, in the format of <c>sha256sum -c</c>. It is written last, so its presence means that the folder is
/// complete.
/// </summary>
public static class Checksums
{
    /// <summary>The name of the list in its folder.</summary>
    public const string FileName = "SHA256SUMS";

    private const int MaximumBytes = 1 << 20;

    /// <summary>Writes the checksums of all files of a folder, ordered by name.</summary>
    public static void Write(string folder)
    {
        var lines = Directory.EnumerateFiles(folder)
            .Select(path => (Name: Path.GetFileName(path), path))
            .Where(file => file.Name != FileName)
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => $"{FileHash.OfFile(file.path)}  {file.Name}\n");
        Durable.WriteText(Path.Combine(folder, FileName), string.Concat(lines));
    }

    /// <summary>Checks that the named files of a folder are the ones that were published.</summary>
    /// <exception cref="InvalidDataException">A file differs from its checksum, or the list is missing. The message names it.</exception>
    public static void Verify(string folder, params ReadOnlySpan<string> names)
    {
        var list = Path.Combine(folder, FileName);
        if (!File.Exists(list))
        {
            throw new InvalidDataException($"{list} is missing: it is written last, so this folder is incomplete");
        }

        if (new FileInfo(list).Length > MaximumBytes)
        {
            throw new InvalidDataException($"{list} is not a list of checksums");
        }

        var hashes = File.ReadLines(list)
            .Select(line => line.Split("  ", 2))
            .Where(parts => parts.Length == 2)
            .ToLookup(parts => parts[1], parts => parts[0]);
        foreach (var name in names)
        {
            var path = Path.Combine(folder, name);
            if (!hashes[name].Contains(FileHash.OfFile(path)))
            {
                throw new InvalidDataException(
                    $"{path} differs from what was published: its SHA-256 is not in {FileName}; download the folder again");
            }
        }
    }
}
