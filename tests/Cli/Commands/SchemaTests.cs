using System.Text.Json.Nodes;
using Distill.Cli.Commands;
using Distill.Cli.Planning;
using Distill.Imaging.Augmentation;
using Distill.Pipeline.Options;

namespace Tests.Cli.Commands;

/// <summary>Tests that the shipped JSON Schema and the reference of options equal what the program writes, and are complete.</summary>
public sealed class SchemaTests
{
    private static readonly string SchemaFile = Path.Combine(Repository.Root, "stages", "Cli", "pipeline.schema.json");
    private static readonly string ReferenceFile = Path.Combine(Repository.Root, "docs", "configuration.md");

    [Fact]
    public void Shipped_schema_is_the_generated_one() => Assert.Equal(File.ReadAllText(SchemaFile), SchemaCommand.Text);

    [Fact]
    public void Documented_options_are_the_generated_ones()
    {
        var document = File.ReadAllText(ReferenceFile);

        Assert.Equal(document, OptionReference.Insert(document, ReferenceFile, OptionReference.Of(OptionCatalog.Read())));
    }

    [Fact]
    public void Every_option_has_a_help_text_that_ends_with_a_period() =>
        Assert.Empty(Options(OptionCatalog.Read()).Where(option => !option.Declaration.Help.EndsWith('.')).Select(option => option.Path));

    /// <summary>The example of the catalog has every block, so the schema has every key that a real file can set.</summary>
    [Fact]
    public void Every_key_of_every_shipped_pipeline_is_in_the_schema()
    {
        var schema = JsonNode.Parse(SchemaCommand.Text)!.AsObject();
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "stages", "Cli", "Presets"), "*.json")
            .Append(Path.Combine(Repository.Root, "pipeline.json")))
        {
            Check(JsonNode.Parse(File.ReadAllText(file))!.AsObject(), schema, Path.GetFileName(file), schema);
        }
    }

    [Fact]
    public void Schema_has_exactly_the_augmentations_that_are_read()
    {
        var schema = JsonNode.Parse(SchemaCommand.Text)!;
        var variants = schema["properties"]!["pretrain"]!["properties"]!["augmentations"]!["items"]!["oneOf"]!.AsArray();

        Assert.Equal(
            AugmentationOptions.Names, variants.Select(variant => variant!["properties"]!["operation"]!["const"]!.GetValue<string>()));
    }

    private static void Check(JsonObject json, JsonObject block, string path, JsonObject schema)
    {
        block = Resolve(block, schema);
        foreach (var (key, value) in json.Where(pair => !pair.Key.StartsWith("//", StringComparison.Ordinal)))
        {
            var inner = (block["properties"]?[key] ?? block["additionalProperties"]) as JsonObject;
            Assert.True(inner is not null, $"{path}: {key} is not in the schema");
            inner = Resolve(inner!, schema);
            foreach (var item in value is JsonArray list ? list.OfType<JsonObject>() : [])
            {
                var operation = item["operation"]!.GetValue<string>();
                var kind = inner["items"]!["oneOf"]!.AsArray()
                    .Single(variant => variant!["properties"]!["operation"]!["const"]!.GetValue<string>() == operation);
                Check(item, kind!.AsObject(), $"{path}.{key}", schema);
            }

            if (value is JsonObject below)
            {
                Check(below, inner, $"{path}.{key}", schema);
            }
        }
    }

    private static JsonObject Resolve(JsonObject block, JsonObject schema) =>
        block["$ref"] is { } reference ? schema["$defs"]![reference.GetValue<string>().Split('/')[^1]]!.AsObject() : block;

    private static IEnumerable<(string Path, OptionDeclaration Declaration)> Options(JsonSection section) =>
        section.Declarations.SelectMany(option =>
            section.Below(option.Key).SelectMany(Options).Prepend(($"{section.Path}.{option.Key}", option.Value)));
}
