using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Distill.Cli.Output;

/// <summary>JSON for people and editors: indented, lists of numbers and texts on one line, quotes and dashes without escapes.</summary>
internal static partial class ReadableJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Returns the text of a file, with a line feed at its end.</summary>
    public static string Write(JsonNode json) => ListOfScalars().Replace(json.ToJsonString(Options), OnOneLine) + "\n";

    private static string OnOneLine(Match list) => Blanks().Replace(list.Value, " ")
        .Replace("[ ", "[", StringComparison.Ordinal)
        .Replace(" ]", "]", StringComparison.Ordinal);

    [GeneratedRegex(@"\[\s+[""0-9-][^\[\]{}]*?\s+\]")]
    private static partial Regex ListOfScalars();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
