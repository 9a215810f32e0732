using System.Text.Json;
using System.Text.Json.Nodes;

namespace Distill.Learning.Networks;

/// <summary>Reads JSON files that lie beside models of others, value by value, each in the one form that it may have.</summary>
public static class GivenJson
{
    private const int MaximumSize = 4096;

    // A name that occurs twice would otherwise fail later, when it is looked up.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads an object; null if the file has another kind of value.</summary>
    /// <exception cref="JsonException">The file is not JSON, or a key occurs twice.</exception>
    public static JsonObject? ReadObject(string path) => JsonNode.Parse(File.ReadAllText(path), documentOptions: Strict) as JsonObject;

    /// <summary>Reads height and width of a square: a number, a list that ends with both, or an object; null if none is stated.</summary>
    /// <param name="file">Path of the file, for messages.</param>
    /// <param name="json">The object that may have the key.</param>
    /// <param name="key">The key.</param>
    /// <exception cref="InvalidDataException">It is not a square of 1 to 4096 pixels.</exception>
    public static int? Square(string file, JsonObject json, string key)
    {
        if (json[key] is not { } size)
        {
            return null;
        }

        JsonNode?[] sides = size switch
        {
            JsonObject named when named.ContainsKey("height") || named.ContainsKey("width") => [named["height"], named["width"]],
            JsonObject named when named.ContainsKey("shortest_edge") => [named["shortest_edge"]],
            JsonObject => [],
            JsonArray { Count: 2 or 3 } list => [.. list.TakeLast(2)],
            _ => [size],
        };
        return sides.Length == 0 ? null
            : sides[0] is JsonValue first && first.TryGetValue(out int side) && side is >= 1 and <= MaximumSize
                && sides.All(other => JsonNode.DeepEquals(other, first)) ? side
            : throw new InvalidDataException(
                $"{file}: found {key} {size.ToJsonString()}, expected equal height and width, whole numbers in [1, {MaximumSize}]");
    }

    /// <summary>Reads a flag; null if it is absent.</summary>
    /// <exception cref="InvalidDataException">It is neither true nor false.</exception>
    public static bool? Flag(string file, JsonObject json, string key) => json[key] switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out bool flag) => flag,
        var other => throw new InvalidDataException($"{file}: found {key} {other.ToJsonString()}, expected true or false"),
    };

    /// <summary>Reads a number above 0; null if it is absent.</summary>
    /// <exception cref="InvalidDataException">It is another value.</exception>
    internal static double? Positive(string file, JsonObject json, string key) => json[key] switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out double number) && double.IsFinite(number) && number > 0 => number,
        var other => throw new InvalidDataException($"{file}: found {key} {other.ToJsonString()}, expected a number above 0"),
    };
}
