using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Distill.Pipeline.Options;

/// <summary>
/// Parses JSON as people write it. Comments and trailing commas are accepted, and "$schema" and keys that start with "//" are dropped at
/// every level. Duplicate keys, of which most JSON readers silently use one, are refused.
/// </summary>
internal static class JsonText
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    /// <param name="text">JSON text.</param>
    /// <param name="name">Name of the text in messages: a file's path, or <c>preset smoke</c>.</param>
    /// <exception cref="UserException">The text is not JSON, not an object, or repeats a key.</exception>
    public static JsonObject Parse(string text, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Lenient);
            return Node(document.RootElement, name, JsonPaths.Root) as JsonObject
                ?? throw new UserException($"{name}: $: found {Found.Text(document.RootElement)}, expected an object");
        }
        catch (JsonException broken)
        {
            if (broken.Message.Contains("any JSON tokens", StringComparison.Ordinal))
            {
                var found = string.IsNullOrWhiteSpace(text) ? "an empty file" : "comments only";
                throw new UserException($"{name}: found {found}, expected an object, such as {{ \"name\": \"my-run\" }}");
            }

            var line = (int)(broken.LineNumber ?? 0);
            var column = Column(text, line, (int)(broken.BytePositionInLine ?? 0));
            throw new UserException($"{name}: line {line + 1}, column {column}: this is not valid JSON: {Reason(broken)}");
        }
    }

    /// <summary>Decodes UTF-8, or UTF-16 and UTF-32 with a byte order mark.</summary>
    /// <exception cref="UserException">The bytes are no text.</exception>
    public static string Decode(byte[] bytes, string name)
    {
        try
        {
            using var reader = new StreamReader(
                new MemoryStream(bytes), new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);
            var text = reader.ReadToEnd();
            return text.Contains('\0', StringComparison.Ordinal)
                ? throw new UserException($"{name}: found bytes that are not text, expected JSON in UTF-8")
                : text;
        }
        catch (DecoderFallbackException)
        {
            throw new UserException($"{name}: found bytes that are not UTF-8, expected JSON in UTF-8");
        }
    }

    private static JsonNode? Node(JsonElement element, string name, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => Object(element, name, path),
        JsonValueKind.Array => new JsonArray(
            [.. element.EnumerateArray().Select((item, index) => Node(item, name, JsonPaths.Item(path, index)))]),
        _ => JsonValue.Create(element.Clone()),
    };

    private static JsonObject Object(JsonElement element, string name, string path)
    {
        var result = new JsonObject();
        foreach (var property in element.EnumerateObject().Where(property => !IsRemark(property.Name)))
        {
            var child = JsonPaths.Child(path, property.Name);
            if (!result.TryAdd(property.Name, Node(property.Value, name, child)))
            {
                throw new UserException($"{name}: {child}: found the key twice, expected it once");
            }
        }

        return result;
    }

    private static bool IsRemark(string key) => key == "$schema" || key.StartsWith("//", StringComparison.Ordinal);

    /// <summary>Converts the parser's count of bytes to an editor's count of characters.</summary>
    private static int Column(string text, int line, int bytes)
    {
        var octets = Encoding.UTF8.GetBytes(text.Split('\n').ElementAtOrDefault(line) ?? "");
        return Encoding.UTF8.GetCharCount(octets, 0, Math.Min(bytes, octets.Length)) + 1;
    }

    /// <summary>Returns the parser's own sentence, without the position that it appends.</summary>
    private static string Reason(JsonException broken) => broken.Message.Split(" LineNumber:")[0].TrimEnd('.') switch
    {
        var text when text.StartsWith("Expected depth to be zero", StringComparison.Ordinal) =>
            "it ends before an object or a list is closed",
        var text when text.Contains("after a single JSON value", StringComparison.Ordinal) => "there is more text after its end",
        var text when text.Contains("reached end of data", StringComparison.Ordinal) => "it ends within a value",
        var text => text,
    };
}
