using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Distill.Pipeline.Options;

/// <summary>
/// Writes equal JSON as equal bytes: keys in ordinal order, and numbers in their shortest round-trip form, so that 1, 1.0 and 1e0 are the
/// same. Options are hashed and compared in this form.
/// </summary>
public static class CanonicalJson
{
    // Just below 2⁶³, where long ends.
    private const double LongLimit = 9.2e18;

    /// <summary>Returns the canonical text, on one line.</summary>
    public static string Text(JsonNode? node) => Node(node)?.ToJsonString() ?? "null";

    /// <summary>Returns a canonical deep copy.</summary>
    public static JsonObject Of(JsonObject value) => (JsonObject)Node(value)!;

    /// <summary>Returns the canonical node of a finite number. Whole numbers have neither point nor exponent.</summary>
    public static JsonValue Number(double value) => value == Math.Floor(value) && Math.Abs(value) < LongLimit
        ? JsonValue.Create((long)value)
        : JsonValue.Create(value);

    private static JsonNode? Node(JsonNode? node) => node switch
    {
        null => null,
        JsonObject value => new JsonObject(value
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, Node(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Node)]),
        _ when node.GetValueKind() == JsonValueKind.Number => Number(node.ToJsonString()),
        _ => node.DeepClone(),
    };

    /// <summary>Parses a number. Integers beyond 2⁵³ keep every digit, because they are never converted to double.</summary>
    private static JsonValue Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            ? JsonValue.Create(whole)
            : Number(double.Parse(text, CultureInfo.InvariantCulture));
}
