using System.Text.Json;

namespace Distill.Pipeline.Storage;

/// <summary>
/// <c>manifest.json</c> of a checkpoint: length and hash of each of its files. It is written last, so a checkpoint without it is
/// incomplete.
/// </summary>
internal sealed record CheckpointManifest(long Step, string Key, IReadOnlyDictionary<string, ManifestFile> Files)
{
    public const string FileName = "manifest.json";

    /// <summary>Creates the manifest of a folder whose files are all written.</summary>
    public static CheckpointManifest FromFolder(string folder, long step, string key)
    {
        var files = new SortedDictionary<string, ManifestFile>(StringComparer.Ordinal);
        foreach (var name in FolderFiles.Names(folder).Where(name => name != FileName))
        {
            var path = Path.Combine(folder, name);
            files.Add(name, new ManifestFile(new FileInfo(path).Length, FileHash.OfFile(path)));
        }

        return new CheckpointManifest(step, key, files);
    }

    public void Write(string folder) =>
        Durable.WritePart(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, JsonFormat.Records) + "\n");

    /// <summary>Reads a folder's manifest; null, with the reason, if it is missing or invalid.</summary>
    public static CheckpointManifest? Read(string folder, out string damage)
    {
        damage = "";
        try
        {
            return JsonSerializer.Deserialize<CheckpointManifest>(File.ReadAllText(Path.Combine(folder, FileName)), JsonFormat.Records)
                ?? throw new JsonException("it is null");
        }
        catch (FileNotFoundException)
        {
            damage = $"{FileName} is missing";
        }
        catch (Exception broken) when (broken is JsonException or IOException)
        {
            damage = $"{FileName} cannot be read";
        }

        return null;
    }

    /// <summary>Describes the first file that does not match its length and hash; null if all match.</summary>
    public string? FindDamage(string folder)
    {
        foreach (var (name, promised) in Files)
        {
            // A manifest from a stranger may name anything, such as a device that never ends or a private file elsewhere.
            if (!FolderFiles.IsInside(folder, name))
            {
                return $"{FileName} names {name}, which is not in the folder";
            }

            var file = new FileInfo(Path.Combine(folder, name));
            if (!file.Exists)
            {
                return $"{name} is missing";
            }

            if (file.LinkTarget is not null)
            {
                return $"{name} is a link";
            }

            if (file.Length != promised.Bytes)
            {
                return $"{name} has {file.Length} bytes, its manifest states {promised.Bytes}";
            }

            // A file of length 0 is not opened, because it may be a pipe, and opening a pipe can wait forever.
            if ((file.Length == 0 ? FileHash.OfText("") : FileHash.OfFile(file.FullName)) != promised.Sha256)
            {
                return $"the bytes of {name} changed since it was written";
            }
        }

        return null;
    }
}

/// <summary>Length and SHA-256 of one file of a checkpoint.</summary>
internal sealed record ManifestFile(long Bytes, string Sha256);
