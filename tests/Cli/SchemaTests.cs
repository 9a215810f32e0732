using System.Text.Json.Nodes;
using Distill.Cli.Plan;
using Distill.Imaging.Augmentation;
using Distill.Pipeline.Options;
using Tests.Pipeline;

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
        using var folder = new TempFolder();
        var file = folder["empty.safetensors"];
        File.WriteAllBytes(file, [8, 0, 0, 0, 0, 0, 0, 0, .. "{}      "u8]);
        var views = $"[{string.Join(", ", ViewOptions.Names.Select(name => $$"""{ "operation": "{{name}}" }"""))}]";
        const string network = """{ "mean": [0], "deviation": [1] }""";
        var trained = Keys(
            $$"""
            {
              "labels": { "list": "{{file}}" }, "publish": { "heldOut": { "list": "{{file}}" } },
              "pretrain": { "weights": "{{file}}", "views": {{views}}, "network": {{network}} },
              "finetune": { "views": {{views}} },
              "rounds": [ { "name": "distill", "student": { "network": {{network}} } } ],
              "supervised": { "views": {{views}}, "network": {{network}} }
            }
            """);
        var given = Keys($$"""{ "labels": { "perClass": 1 }, "finetune": { "weights": "{{file}}" }, "rounds": [ { "name": "distill" } ] }""");
        Assert.Equal(trained.Union(given).Order(), SchemaKeys(Schema, "$").Except(LoadersKeys.Select(key => "$." + key)).Order());
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

    /// <summary>The keys that were read, with those of values that are optional where they are given.</summary>
    private static IEnumerable<string> Keys(string json)
    {
        var section = PipelineFile.Parse(json, "test.json", _ => null);
        PipelineOptions.Read(section);
        return Keys(section.Canonical(), "$");
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
