using System.Text.Json.Nodes;

namespace Distill.Pipeline.Options;

/// <summary>
/// Opens a pipeline file. <c>"extends": "NAME"</c> starts from a preset: objects merge key by key, lists and values replace those of the
/// preset. A preset may extend another one.
/// </summary>
public static class PipelineFile
{
    private const string Extends = "extends";

    /// <param name="path">The file; messages name it as it is given here.</param>
    /// <param name="preset">The JSON text of a preset, or null where no such preset exists.</param>
    /// <exception cref="UserException">
    /// The file is missing, is not valid JSON, repeats a key, or extends a preset that is unknown or extends itself.
    /// </exception>
    public static JsonSection Load(string path, Func<string, string?> preset) => Parse(Read(path), path, preset);

    /// <summary>Returns the JSON of a file, laid over that of the presets it extends. Nothing of it is checked.</summary>
    /// <inheritdoc cref="Load"/>
    public static JsonObject Merged(string path, Func<string, string?> preset) =>
        Merged(JsonText.Parse(Read(path), path), path, preset, []);

    private static string Read(string path)
    {
        try
        {
            return JsonText.Decode(File.ReadAllBytes(path), path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserException($"{path}: this file does not exist; give an existing file or the name of a preset");
        }
        catch (Exception unreadable) when (unreadable is UnauthorizedAccessException or IOException)
        {
            throw new UserException($"{path}: this file cannot be read");
        }
    }

    /// <summary>What <see cref="Load"/> does, for a text in memory that messages call <paramref name="name"/>.</summary>
    public static JsonSection Parse(string text, string name, Func<string, string?> preset)
    {
        var section = new JsonSection(name, JsonPaths.Root, Merged(JsonText.Parse(text, name), name, preset, []));
        section.Allow(Extends,
            "A preset whose values hold where this file gives none. Objects merge key by key; lists and values replace.");
        return section;
    }

    private static JsonObject Merged(JsonObject json, string name, Func<string, string?> preset, string[] chain)
    {
        var given = json[Extends];
        json.Remove(Extends);
        if (given is null)
        {
            return json;
        }

        if (given is not JsonValue value || !value.TryGetValue(out string? parent))
        {
            throw new UserException($"{name}: $.extends: found {Found.Text(given)}, expected the name of a preset");
        }

        if (chain.Contains(parent))
        {
            throw new UserException(
                $"{name}: $.extends: found a preset that extends itself ({string.Join(" → ", [.. chain, parent])}), "
                + "expected a chain that ends");
        }

        var text = preset(parent)
            ?? throw new UserException($"{name}: $.extends: found \"{parent}\", expected the name of a preset");
        var parentName = $"preset {parent}";
        return Over(Merged(JsonText.Parse(text, parentName), parentName, preset, [.. chain, parent]), json);
    }

    /// <summary>
    /// Lays the keys of <paramref name="above"/> over <paramref name="below"/>. A known key keeps its place; a new one goes before the next
    /// known key of <paramref name="above"/>, or to the end, so that a file can put a round before those of its preset.
    /// </summary>
    private static JsonObject Over(JsonObject below, JsonObject above)
    {
        string[] keys = [.. above.Select(pair => pair.Key)];
        for (var i = 0; i < keys.Length; i++)
        {
            var (key, value) = (keys[i], above[keys[i]]);
            if (below.ContainsKey(key))
            {
                below[key] = below[key] is JsonObject old && value is JsonObject young ? Over(old, young) : value?.DeepClone();
            }
            else
            {
                var next = keys.Skip(i + 1).FirstOrDefault(below.ContainsKey);
                below.Insert(next is null ? below.Count : below.IndexOf(next), key, value?.DeepClone());
            }
        }

        return below;
    }
}
