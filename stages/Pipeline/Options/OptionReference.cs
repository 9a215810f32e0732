using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Distill.Pipeline.Options;

/// <summary>Writes the reference of options as Markdown tables, one per block, from the declarations of a section that was read.</summary>
public static class OptionReference
{
    private const string Begin = "<!-- options: begin -->";
    private const string End = "<!-- options: end -->";

    /// <summary>Writes all tables.</summary>
    /// <param name="root">A section that was read in full, with an example in each list and each map.</param>
    public static string Of(JsonSection root)
    {
        var text = new StringBuilder();
        var lists = new Dictionary<string, IReadOnlyList<JsonSection>>();
        Table(text, "Top level", root, root.Declarations.Where(option => !IsBlock(option.Value)), lists);
        foreach (var (key, declaration) in root.Declarations.Where(option => IsBlock(option.Value)))
        {
            var isMap = declaration.Type == OptionType.Map;
            text.AppendLine(CultureInfo.InvariantCulture, $"### `{key}{(isMap ? ".NAME" : "")}`").AppendLine();
            text.AppendLine(declaration.Help).AppendLine();
            if (root.Below(key) is [var block, ..])
            {
                Rows(text, block, "", block.Declarations, lists);
                text.AppendLine();
            }
        }

        foreach (var (key, items) in lists.ToArray())
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"### Items of `{key}`").AppendLine();
            foreach (var item in items)
            {
                var name = item.Canonical()[JsonSection.Discriminator]!.GetValue<string>();
                text.AppendLine(CultureInfo.InvariantCulture, $"`\"{JsonSection.Discriminator}\": \"{name}\"`: {item.Help}").AppendLine();
                Rows(text, item, "", item.Declarations.Where(option => option.Key != JsonSection.Discriminator), lists);
                text.AppendLine();
            }
        }

        return text.ToString().TrimEnd() + "\n";
    }

    /// <summary>Returns a document with its text between the two markers replaced.</summary>
    /// <param name="document">Markdown with the lines <c>&lt;!-- options: begin --&gt;</c> and <c>&lt;!-- options: end --&gt;</c>.</param>
    /// <param name="name">Name of the document in messages.</param>
    /// <param name="reference">The new text.</param>
    /// <exception cref="UserException">A marker is missing.</exception>
    public static string Insert(string document, string name, string reference)
    {
        var begin = document.IndexOf(Begin, StringComparison.Ordinal);
        var end = document.IndexOf(End, StringComparison.Ordinal);
        return begin >= 0 && end > begin
            ? $"{document[..(begin + Begin.Length)]}\n\n{reference}\n{document[end..]}"
            : throw new UserException(
                $"{name}: found no lines \"{Begin}\" and \"{End}\", expected one of each around the table of options");
    }

    private static bool IsBlock(OptionDeclaration declaration) => declaration.Type is OptionType.Section or OptionType.Map;

    private static void Table(
        StringBuilder text, string title, JsonSection section, IEnumerable<KeyValuePair<string, OptionDeclaration>> options,
        Dictionary<string, IReadOnlyList<JsonSection>> lists)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"### {title}").AppendLine();
        Rows(text, section, "", options, lists);
        text.AppendLine();
    }

    private static void Rows(
        StringBuilder text, JsonSection section, string prefix, IEnumerable<KeyValuePair<string, OptionDeclaration>> options,
        Dictionary<string, IReadOnlyList<JsonSection>> lists)
    {
        if (prefix.Length == 0)
        {
            text.AppendLine("| option | value | default | meaning |").AppendLine("|---|---|---|---|");
        }

        foreach (var (key, declaration) in options)
        {
            if (declaration.Type == OptionType.List)
            {
                lists.TryAdd(key, section.Below(key));
            }

            var help = declaration.Help.Replace("|", "\\|", StringComparison.Ordinal);
            text.AppendLine(CultureInfo.InvariantCulture, $"| `{prefix}{key}` | {Value(declaration)} | {Default(declaration)} | {help} |");
            if (declaration.Type is OptionType.Section or OptionType.Blocks && section.Below(key) is [var inner, ..])
            {
                Rows(text, inner, $"{prefix}{key}.", inner.Declarations, lists);
            }
        }
    }

    private static string Value(OptionDeclaration declaration) => declaration.Type switch
    {
        OptionType.Integer => "integer" + Bounds(declaration),
        OptionType.Number => "number" + Bounds(declaration),
        OptionType.Flag => "`true`, `false`",
        OptionType.Text => "string",
        OptionType.Choice => string.Join(", ", declaration.Choices.Select(choice => $"`{choice}`")),
        OptionType.Range => "[low, high]" + Bounds(declaration),
        OptionType.Numbers => "list of numbers" + Bounds(declaration),
        OptionType.List => "list of objects",
        OptionType.Blocks => "string, object, or list of these",
        _ => "object",
    };

    private static string Bounds(OptionDeclaration declaration) => (declaration.Min, declaration.Max) switch
    {
        (null, null) => "",
        ({ } min, null) => string.Create(CultureInfo.InvariantCulture, $" ≥ {min}"),
        (null, { } max) => string.Create(CultureInfo.InvariantCulture, $" ≤ {max}"),
        ({ } min, { } max) => string.Create(CultureInfo.InvariantCulture, $" in [{min}, {max}]"),
    };

    private static string Default(OptionDeclaration declaration) => declaration switch
    {
        { Type: OptionType.Section or OptionType.Map } or { Default: null } => "",
        { Default: JsonArray { Count: > 0 } list } when list[0] is JsonObject =>
            string.Join(", ", list.Select(item => $"`{item![JsonSection.Discriminator]!.GetValue<string>()}`")),
        { Type: OptionType.Text } text when text.Default.ToString().Length == 0 => "",
        _ => $"`{Plain(declaration.Default)}`",
    };

    private static string Plain(JsonNode value) =>
        value is JsonArray list ? $"[{string.Join(", ", list.Select(item => Round(item!)))}]" : Round(value);

    // 4/3 and the like: as many digits as a reader wants.
    private static string Round(JsonNode value) => value.GetValueKind() == JsonValueKind.Number
        ? double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture).ToString("0.######", CultureInfo.InvariantCulture)
        : value.ToString();
}
