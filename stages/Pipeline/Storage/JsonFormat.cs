using System.Text.Json;

namespace Distill.Pipeline.Storage;

/// <summary>Shared settings for JSON files.</summary>
public static class JsonFormat
{
    /// <summary>Indented text that people can read.</summary>
    public static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Indented records with camelCase keys. A missing or null value that the record requires is an error.</summary>
    public static readonly JsonSerializerOptions Records = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };
}
