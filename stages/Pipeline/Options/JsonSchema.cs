using System.Text.Json.Nodes;

namespace Distill.Pipeline.Options;

/// <summary>
/// Writes the JSON Schema (draft 2020-12) of options from the declarations of a section that was read. Objects of equal shape are written
/// once, under <c>$defs</c>.
/// </summary>
public sealed class JsonSchema
{
    /// <summary>Keys that begin with // are comments.</summary>
    private const string Comment = "^//";

    private readonly Dictionary<string, string> _names = [];
    private readonly JsonObject _definitions = [];
    private readonly Dictionary<string, int> _uses = [];

    private JsonSchema()
    {
    }

    /// <summary>Writes the schema of a root section.</summary>
    /// <param name="root">A section that was read in full, with an example in each list and each map.</param>
    /// <param name="title">Title of the schema.</param>
    public static JsonObject Of(JsonSection root, string title)
    {
        var schema = new JsonSchema();
        schema.Count(root);
        var body = schema.Body(root);
        body["properties"]!.AsObject().Insert(0, "$schema", new JsonObject { ["type"] = "string" });
        var result = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = title };
        foreach (var (key, value) in body)
        {
            result[key] = value?.DeepClone();
        }

        if (schema._definitions.Count > 0)
        {
            result["$defs"] = schema._definitions;
        }

        return result;
    }

    /// <summary>Counts how often each shape of an object occurs below a section.</summary>
    private void Count(JsonSection section)
    {
        foreach (var (key, declaration) in section.Declarations)
        {
            foreach (var child in section.Below(key))
            {
                Count(child);
                if (declaration.Type == OptionType.Section)
                {
                    var shape = Shape(child);
                    _uses[shape] = _uses.GetValueOrDefault(shape) + 1;
                }
            }
        }
    }

    private static string Shape(JsonSection section) => new JsonSchema().Body(section).ToJsonString();

    private JsonObject Body(JsonSection section, string? discriminator = null)
    {
        var properties = new JsonObject();
        foreach (var (key, declaration) in section.Declarations)
        {
            properties[key] = key == discriminator
                ? new JsonObject { ["const"] = section.Canonical()[key]!.DeepClone() }
                : Option(section, key, declaration);
        }

        return new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["patternProperties"] = new JsonObject { [Comment] = new JsonObject() },
            ["properties"] = properties,
        };
    }

    private JsonObject Option(JsonSection section, string key, OptionDeclaration declaration)
    {
        var option = declaration.Type switch
        {
            OptionType.Section => Reference(key, section.Below(key)),
            OptionType.List => new JsonObject { ["type"] = new JsonArray("array", "null"), ["items"] = Variants(section.Below(key)) },
            OptionType.Blocks => Blocks(section.Below(key)),
            OptionType.Map => new JsonObject
            {
                ["type"] = new JsonArray("object", "null"),
                ["patternProperties"] = new JsonObject { [Comment] = new JsonObject() },
                ["additionalProperties"] = section.Below(key) is [var entry, ..] ? OrNull(Body(entry)) : true,
            },
            OptionType.Choice => new JsonObject { ["enum"] = Strings(declaration.Choices) },
            OptionType.Range => new JsonObject { ["type"] = "array", ["minItems"] = 2, ["maxItems"] = 2, ["items"] = Number(declaration) },
            OptionType.Numbers =>
                new JsonObject { ["type"] = new JsonArray("array", "null"), ["minItems"] = 1, ["items"] = Number(declaration) },
            OptionType.Flag => new JsonObject { ["type"] = "boolean" },
            OptionType.Text => new JsonObject { ["type"] = Type("string", declaration) },
            _ => Number(declaration),
        };
        option["description"] = declaration.Help;
        return option;
    }

    /// <summary>An object, or a reference to its definition if its shape occurs more than once.</summary>
    private JsonObject Reference(string key, IReadOnlyList<JsonSection> sections)
    {
        if (sections is not [var section, ..])
        {
            return new JsonObject { ["type"] = "null" };
        }

        var shape = Shape(section);
        if (_uses.GetValueOrDefault(shape) < 2)
        {
            return OrNull(Body(section));
        }

        if (!_names.TryGetValue(shape, out var name))
        {
            name = _definitions.ContainsKey(key) ? FormattableString.Invariant($"{key}{_definitions.Count}") : key;
            _names[shape] = name;
            // Reserves the name before the blocks inside are written.
            _definitions[name] = null;
            _definitions[name] = OrNull(Body(section));
        }

        return new JsonObject { ["$ref"] = "#/$defs/" + name };
    }

    private JsonObject Variants(IReadOnlyList<JsonSection> items) => new()
    {
        ["type"] = "object",
        ["oneOf"] = new JsonArray([.. items.Select(item =>
        {
            var body = Body(item, JsonSection.Discriminator);
            body["required"] = new JsonArray(JsonSection.Discriminator);
            body["description"] = item.Help;
            return body;
        })]),
    };

    /// <summary>A text, an object, or a list of both.</summary>
    private JsonObject Blocks(IReadOnlyList<JsonSection> blocks)
    {
        var text = new JsonObject { ["type"] = "string" };
        JsonObject[] one = blocks is [var block, ..] ? [text, Body(block)] : [text];
        return new JsonObject
        {
            ["anyOf"] = new JsonArray(
            [
                .. one,
                new JsonObject
                {
                    ["type"] = "array",
                    ["minItems"] = 1,
                    ["items"] = new JsonObject { ["anyOf"] = new JsonArray([.. one.Select(item => item.DeepClone())]) },
                },
                new JsonObject { ["type"] = "null" },
            ]),
        };
    }

    private static JsonObject OrNull(JsonObject body)
    {
        body["type"] = new JsonArray("object", "null");
        return body;
    }

    private static JsonObject Number(OptionDeclaration declaration)
    {
        var number = new JsonObject { ["type"] = Type(declaration.Type == OptionType.Integer ? "integer" : "number", declaration) };
        if (declaration.Min is { } min)
        {
            number["minimum"] = CanonicalJson.Number(min);
        }

        if (declaration.Max is { } max)
        {
            number["maximum"] = CanonicalJson.Number(max);
        }

        return number;
    }

    private static JsonNode Type(string name, OptionDeclaration declaration) =>
        declaration.Nullable && declaration.Type is not OptionType.Numbers ? new JsonArray(name, "null") : JsonValue.Create(name);

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(value => JsonValue.Create(value))]);
}
