using System.Buffers.Binary;
using System.Text.Json;

namespace Distill.Learning.Safetensors;

/// <summary>
/// The header of a safetensors file (huggingface/safetensors, README, "Format"). It is checked completely before tensors are allocated,
/// because files may come from strangers.
/// </summary>
internal sealed class SafetensorsHeader
{
    private const long MaximumLength = 100_000_000;

    public required IReadOnlyList<SafetensorsEntry> Entries { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>Position of the data buffer in the file.</summary>
    public required long DataStart { get; init; }

    /// <summary>Reads and checks the header at the start of a file.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, or has a tensor of a type that this project does not read. The message names the file and what is wrong.
    /// </exception>
    public static SafetensorsHeader Read(Stream stream, string path)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (stream.Length < 8)
        {
            throw Damaged(path, "shorter than 8 bytes");
        }

        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaximumLength || (long)length > stream.Length - 8)
        {
            throw Damaged(path, $"its header claims {length} bytes, but the file has {stream.Length}");
        }

        var json = new byte[length];
        stream.ReadExactly(json);
        if (json.Length == 0 || json[0] != (byte)'{')
        {
            throw Damaged(path, "its header does not start with '{'");
        }

        try
        {
            return Parse(json, stream.Length, path);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw Damaged(path, "its header does not follow the format: " + e.Message);
        }
        catch (NotSupportedException type)
        {
            throw new InvalidDataException($"{path}: {type.Message}");
        }
    }

    private static SafetensorsHeader Parse(byte[] json, long fileLength, string path)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        var metadata = new Dictionary<string, string>();
        var entries = new List<SafetensorsEntry>();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                ReadMetadata(property.Value, metadata);
            }
            else
            {
                entries.Add(SafetensorsEntry.Parse(property.Name, property.Value));
            }
        }

        // Sorted by both, because an empty tensor begins where the next tensor begins.
        entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        var dataStart = 8L + json.Length;
        var end = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin != end || entry.End < entry.Begin || entry.End - entry.Begin != entry.ByteLength)
            {
                throw Damaged(path, $"{entry.Name} is at the wrong place (bytes {entry.Begin} to {entry.End})");
            }

            end = entry.End;
        }

        return end == fileLength - dataStart
            ? new SafetensorsHeader { Entries = entries, Metadata = metadata, DataStart = dataStart }
            : throw Damaged(path, $"its tensors take {end} bytes, but the file has {fileLength - dataStart} bytes of data");
    }

    /// <summary>Reads the metadata. Null means none, as in the reference implementation.</summary>
    private static void ReadMetadata(JsonElement value, Dictionary<string, string> metadata)
    {
        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
        {
            throw new FormatException("__metadata__ is not an object");
        }

        foreach (var pair in value.ValueKind == JsonValueKind.Null ? default : value.EnumerateObject())
        {
            metadata.Add(pair.Name, pair.Value.ValueKind == JsonValueKind.String
                ? pair.Value.GetString()!
                : throw new FormatException($"__metadata__ has a value that is not a string at \"{pair.Name}\""));
        }
    }

    private static InvalidDataException Damaged(string path, string what) =>
        new($"{path}: not a valid safetensors file: {what}");
}
