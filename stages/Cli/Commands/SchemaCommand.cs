using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Distill.Cli.Planning;
using Distill.Pipeline.Options;

namespace Distill.Cli.Commands;

/// <summary>The command <c>distill schema</c>: prints the JSON Schema of pipeline.json.</summary>
internal static partial class SchemaCommand
{
    // Editors and people read the file, and no HTML page embeds it, so quotes and dashes need no escapes.
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The text of the schema.</summary>
    public static string Text =>
        ListOfScalars().Replace(JsonSchema.Of(OptionCatalog.Read(), "A Distill pipeline").ToJsonString(Readable), OnOneLine) + "\n";

    public static Command Create()
    {
        var command = new Command("schema", "Print the JSON Schema of pipeline.json.");
        command.SetAction(_ =>
        {
            Console.Out.Write(Text);
            return ExitCodes.Done;
        });
        return command;
    }

    private static string OnOneLine(Match list) => Blanks().Replace(list.Value, " ")
        .Replace("[ ", "[", StringComparison.Ordinal)
        .Replace(" ]", "]", StringComparison.Ordinal);

    [GeneratedRegex(@"\[\s+""[^\[\]{}]*?\s+\]")]
    private static partial Regex ListOfScalars();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
