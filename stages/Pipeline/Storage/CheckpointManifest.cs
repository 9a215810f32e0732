using System.Text.Json;

namespace Distill.Pipeline.Storage;

/// <summary>
/// <c>manifest.json</c>: the last file of a checkpoint to be written, with the length and the hash of every other.
/// </summary>
internal sealed record CheckpointManifest(long Step, string Key, IReadOnlyDictionary<string, ManifestFile> Files)
{
    public const string FileName = "manifest.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The manifest of a folder that is fully written.</summary>
    public static CheckpointManifest Of(string folder, long step, string key)
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
        Durable.WritePart(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, Json) + "\n");

    /// <summary>Reads a folder's manifest; null, with the damage, where it is missing or is no manifest.</summary>
    public static CheckpointManifest? Read(string folder, out string damage)
    {
        damage = "";
        try
        {
            return JsonSerializer.Deserialize<CheckpointManifest>(File.ReadAllText(Path.Combine(folder, FileName)), Json)
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

    /// <summary>What is wrong with the folder's files, or null where every length and hash holds.</summary>
    public string? Damage(string folder)
    {
        foreach (var (name, promised) in Files)
        {
            // A manifest from a stranger may name anything: a device that never ends, or a file that is none of its business.
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

            // A file of no length is not opened: of a pipe, opening would wait for ever.
            if ((file.Length == 0 ? FileHash.OfText("") : FileHash.OfFile(file.FullName)) != promised.Sha256)
            {
                return $"the bytes of {name} changed since it was written";
            }
        }

        return null;
    }
}
