using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Distill.Pipeline.Options;

/// <summary>
/// One spelling for equal JSON: keys sorted ordinally, numbers in their shortest round-trip form, so that
/// 1, 1.0 and 1e0 are the same bytes. Hashes and comparisons of options are made of it.
/// </summary>
public static class CanonicalJson
{
    private const double LongLimit = 9.2e18;

    /// <summary>The canonical text, on one line.</summary>
    public static string Text(JsonNode? node) => Node(node)?.ToJsonString() ?? "null";

    /// <summary>A canonical deep copy.</summary>
    public static JsonObject Of(JsonObject value) => (JsonObject)Node(value)!;

    /// <summary>The canonical node of a finite number: whole numbers are written without point or exponent.</summary>
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

    /// <summary>Integers beyond 2⁵³ keep every digit: they never pass through a floating-point number.</summary>
    private static JsonValue Number(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
        ? JsonValue.Create(whole)
        : Number(double.Parse(text, CultureInfo.InvariantCulture));
}
