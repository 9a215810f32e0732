using System.Text.Json;
using System.Text.Json.Nodes;

namespace Distill.Datasets.Shards;

/// <summary>
/// The Hugging Face Hub's description of a Parquet file's columns: info.features.COLUMN._type, and the names of a ClassLabel, under the
/// metadata key "huggingface" (huggingface/datasets, features.py).
/// </summary>
/// <param name="Images">Columns of type Image.</param>
/// <param name="Classes">Columns of type ClassLabel, and the names of their classes; no names if the file lists none.</param>
internal sealed record HubFeatures(IReadOnlyList<string> Images, IReadOnlyDictionary<string, IReadOnlyList<string>> Classes)
{
    private const string Key = "huggingface";

    /// <summary>Parses a file's metadata. The result is empty if it has no such entry, or one in another form.</summary>
    public static HubFeatures Parse(IReadOnlyDictionary<string, string> metadata)
    {
        var features = metadata.TryGetValue(Key, out var text) ? Features(text) : [];
        return new HubFeatures(
            [.. features.Where(feature => TypeOf(feature.Value) == "Image").Select(feature => feature.Key)],
            features.Where(feature => TypeOf(feature.Value) == "ClassLabel")
                .ToDictionary(feature => feature.Key, feature => Names(feature.Value!["names"])));
    }

    private static JsonObject Features(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject root && root["info"] is JsonObject info && info["features"] is JsonObject features
                ? features
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static string? TypeOf(JsonNode? feature) =>
        feature is JsonObject described && described["_type"] is JsonValue type && type.TryGetValue<string>(out var name) ? name : null;

    private static IReadOnlyList<string> Names(JsonNode? names) =>
        names is JsonArray list && list.All(name => name is JsonValue value && value.TryGetValue<string>(out _))
        ? [.. list.Select(name => name!.GetValue<string>())]
        : [];
}
