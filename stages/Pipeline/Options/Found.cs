using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Distill.Pipeline.Options;

/// <summary>Quotes a value that was found for a message: as it was written, and short.</summary>
internal static class Found
{
    private const int LongestQuote = 60;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "an object",
        JsonArray { Count: 0 } => "an empty list",
        JsonArray list when list.Any(item => item is JsonObject or JsonArray) => "a list",
        _ => Short(node.ToJsonString(Readable)),
    };

    public static string Text(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => Short(element.GetRawText()),
    };

    private static string Short(string text) => text.Length <= LongestQuote ? text : text[..LongestQuote] + "…";
}
