using System.Text.Json;
using System.Text.Json.Nodes;

namespace Distill.Pipeline.Options;

/// <content>Readers of blocks: objects, lists of objects and objects with names for keys.</content>
public sealed partial class JsonSection
{
    /// <summary>The key that names the kind of an object in a list.</summary>
    internal const string Discriminator = "operation";

    /// <summary>Returns the object below a key. An absent one is empty, so every default holds.</summary>
    public JsonSection Section(string key, string help = "")
    {
        Declare(key, OptionType.Section, help, nullable: true);
        return _read.Section(key, () => Child(key, _json[key] ?? new JsonObject()));
    }

    /// <summary>
    /// Returns the object below a key, or null if the file leaves the block out: by null, or by <c>"enabled": false</c> in it.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="byDefault">Whether an absent key means an empty object; otherwise it means that the block is left out.</param>
    /// <param name="help">What the block does.</param>
    public JsonSection? OptionalSection(string key, bool byDefault, string help = "")
    {
        Declare(key, OptionType.Section, help, nullable: true);
        if (Given(key) ? _json[key] is null || !Child(key, _json[key]!).Enabled() : !byDefault)
        {
            return null;
        }

        var section = Section(key, help);
        section.Enabled();
        return section;
    }

    /// <summary>Returns the objects of a list, in order. An absent list is <paramref name="fallback"/>, or empty.</summary>
    public IReadOnlyList<JsonSection> Sections(string key, string help = "", params JsonObject[] fallback)
    {
        _read.Declare(
            key, new OptionDeclaration(OptionType.List, help) { Default = new JsonArray([.. fallback.Select(item => item.DeepClone())]) });
        return _read.List(key, () =>
        {
            var list = (_json[key] ?? new JsonArray([.. fallback])) as JsonArray ?? throw Unexpected(key, "a list of objects");
            var path = JsonPaths.Child(Path, key);
            return [.. list.Select((item, index) => new JsonSection(
                _file,
                JsonPaths.Item(path, index),
                item as JsonObject ?? throw Wrong(JsonPaths.Item(path, index), $"found {Found.Text(item)}, expected an object")))];
        });
    }

    /// <summary>
    /// Returns the entries of an object whose keys are names that the user chooses, in the order of the file. An entry that is null, or has
    /// <c>"enabled": false</c>, is left out.
    /// </summary>
    public IReadOnlyList<NamedSection> Map(string key, string help = "")
    {
        Declare(key, OptionType.Map, help, nullable: true);
        return _read.Map(key, () =>
        {
            var map = (_json[key] ?? new JsonObject()) as JsonObject
                ?? throw Unexpected(key, "an object with one entry per name, such as { \"NAME\": { } }");
            var child = new JsonSection(_file, JsonPaths.Child(Path, key), map);
            return [.. map.Where(entry => entry.Value is not null)
                .Select(entry => new NamedSection(entry.Key, child.Child(entry.Key, entry.Value!)))
                .Where(entry => entry.Section.Enabled())];
        });
    }

    /// <summary>
    /// Returns the blocks below a key that may hold a text, a block, or a list of both. A text stands for a block with one value. An absent
    /// key means no blocks, and is left out of the canonical form.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="textKey">The key that a text in place of a block gives.</param>
    /// <param name="help">What the blocks are for.</param>
    public IReadOnlyList<JsonSection> OptionalBlocks(string key, string textKey, string help = "")
    {
        Declare(key, OptionType.Blocks, help, nullable: true);
        if (!Has(key))
        {
            return [];
        }

        return _read.List(key, () =>
        {
            var path = JsonPaths.Child(Path, key);
            return _json[key] is JsonArray { Count: > 0 } list
                ? [.. list.Select((item, index) => Block(JsonPaths.Item(path, index), item))]
                : [Block(path, _json[key])];
        });

        JsonSection Block(string path, JsonNode? value) => new(_file, path, value switch
        {
            JsonObject block => block,
            JsonValue text when text.GetValueKind() == JsonValueKind.String => new JsonObject { [textKey] = text.DeepClone() },
            _ => throw Wrong(path, $"found {Found.Text(value)}, expected a text ({textKey}), an object with the key {textKey}, or a list"),
        });
    }

    // Whether a stage exists does not change what it computes, so this flag is left out of the canonical form.
    private bool Enabled()
    {
        Declare("enabled", OptionType.Flag, "false leaves this block out, like null in its place.", true);
        return !Given("enabled") || ParseFlag("enabled");
    }

    private JsonSection Child(string key, JsonNode value) =>
        new(_file, JsonPaths.Child(Path, key), value as JsonObject ?? throw Unexpected(key, "an object"));
}
