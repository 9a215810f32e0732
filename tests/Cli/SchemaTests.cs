using System.Text.Json.Nodes;
using Stages.Cli.Plan;
using Stages.Imaging.Augmentation;
using Stages.Pipeline.Options;

namespace Tests.Cli;

/// <summary>The shipped JSON Schema knows the keys that the program reads, all of them and no other.</summary>
public class SchemaTests
{
    private static readonly JsonObject Schema =
        JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "stages", "Cli", "pipeline.schema.json")))!.AsObject();

    // Read by the loader itself, before options are made.
    private static readonly string[] LoadersKeys = ["$schema", "extends"];

    [Fact]
    public void Has_exactly_the_keys_that_are_read()
    {
        var views = $"[{string.Join(", ", ViewOptions.Names.Select(name => $$"""{ "operation": "{{name}}" }"""))}]";
        var section = PipelineFile.Parse(
            $$"""
            {
              "labels": { "perClass": 1 }, "rounds": [ { "name": "distill" } ], "publish": { "heldOut": { "perClass": 1 } },
              "pretrain": { "views": {{views}} }, "finetune": { "views": {{views}} }, "supervised": { "views": {{views}} }
            }
            """,
            "test.json",
            _ => null);
        PipelineOptions.Read(section);
        Assert.Equal(Keys(section.Canonical(), "$").Order(), SchemaKeys(Schema, "$").Except(LoadersKeys.Select(key => "$." + key)).Order());
    }

    [Fact]
    public void Names_exactly_the_operations_that_are_read()
    {
        var items = Schema["$defs"]!["views"]!["items"]!;
        Assert.Equal(ViewOptions.Names, items["properties"]!["operation"]!["enum"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.Equal(
            ViewOptions.Names,
            items["oneOf"]!.AsArray().Select(kind => kind!["properties"]!["operation"]!["const"]!.GetValue<string>()));
    }

    private static IEnumerable<string> Keys(JsonObject json, string path) => json.SelectMany(pair => pair.Value switch
    {
        JsonObject inner => Keys(inner, $"{path}.{pair.Key}"),
        JsonArray list when list.Count > 0 && list[0] is JsonObject =>
            list.SelectMany(item => Keys(item!.AsObject(), $"{path}.{pair.Key}{Kind(item["operation"])}")),
        _ => [$"{path}.{pair.Key}"],
    });

    private static IEnumerable<string> SchemaKeys(JsonObject schema, string path)
    {
        schema = Resolve(schema);
        var inner = Resolve(schema["items"] as JsonObject ?? schema);
        if (inner["oneOf"] is JsonArray kinds)
        {
            return kinds.SelectMany(kind => SchemaKeys(kind!.AsObject(), path + Kind(kind["properties"]!["operation"]!["const"])));
        }

        return inner["properties"] is JsonObject properties
            ? properties.SelectMany(pair => SchemaKeys(pair.Value!.AsObject(), $"{path}.{pair.Key}"))
            : [path];
    }

    /// <summary>What sets the items of a list apart that differ in their keys: <c>[blur]</c>.</summary>
    private static string Kind(JsonNode? operation) => operation is null ? "" : $"[{operation.GetValue<string>()}]";

    private static JsonObject Resolve(JsonObject schema) => schema["$ref"] is { } reference
        ? Schema["$defs"]![reference.GetValue<string>().Split('/')[^1]]!.AsObject()
        : schema;
}
