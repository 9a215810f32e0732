using System.Text.Json.Nodes;

namespace Distill.Pipeline.Options;

/// <summary>The keys that were read of one section: their declarations, their values and the sections below.</summary>
internal sealed class ReadKeys
{
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OptionDeclaration> _declarations = [];
    private readonly Dictionary<string, JsonNode?> _values = [];
    private readonly Dictionary<string, JsonSection> _sections = [];
    private readonly Dictionary<string, IReadOnlyList<JsonSection>> _lists = [];
    private readonly Dictionary<string, IReadOnlyList<NamedSection>> _maps = [];

    /// <summary>All keys that are allowed because something read them.</summary>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>Declarations in the order in which they were read.</summary>
    public IReadOnlyDictionary<string, OptionDeclaration> Declarations => _declarations;

    /// <summary>All sections below this one that were read.</summary>
    public IEnumerable<JsonSection> Children => _sections.Values
        .Concat(_lists.Values.SelectMany(list => list))
        .Concat(_maps.Values.SelectMany(map => map).Select(entry => entry.Section));

    /// <summary>The sections that were read below a key; none for a plain value.</summary>
    public IReadOnlyList<JsonSection> Below(string key) =>
        _sections.TryGetValue(key, out var section) ? [section]
        : _lists.TryGetValue(key, out var list) ? list
        : _maps.TryGetValue(key, out var map) ? [.. map.Select(entry => entry.Section)]
        : [];

    public void Allow(string key) => _names.Add(key);

    /// <summary>Allows a key and remembers its declaration; the first declaration with a text stays.</summary>
    public void Declare(string key, OptionDeclaration declaration)
    {
        Allow(key);
        if (!_declarations.TryGetValue(key, out var known) || known.Help.Length == 0)
        {
            _declarations[key] = declaration;
        }
    }

    public void Value(string key, JsonNode? value)
    {
        Allow(key);
        _values[key] = value;
    }

    /// <summary>Returns the same section for a key that is read twice, so that it remembers both readers' keys.</summary>
    public JsonSection Section(string key, Func<JsonSection> make)
    {
        Allow(key);
        return _sections.TryGetValue(key, out var known) ? known : _sections[key] = make();
    }

    /// <inheritdoc cref="Section"/>
    public IReadOnlyList<JsonSection> List(string key, Func<IReadOnlyList<JsonSection>> make)
    {
        Allow(key);
        return _lists.TryGetValue(key, out var known) ? known : _lists[key] = make();
    }

    /// <inheritdoc cref="Section"/>
    public IReadOnlyList<NamedSection> Map(string key, Func<IReadOnlyList<NamedSection>> make)
    {
        Allow(key);
        return _maps.TryGetValue(key, out var known) ? known : _maps[key] = make();
    }

    public JsonObject Canonical()
    {
        var values = _values.Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()));
        var sections = _sections.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value.Canonical()));
        var lists = _lists.Select(pair => KeyValuePair.Create(
            pair.Key, (JsonNode?)new JsonArray([.. pair.Value.Select(section => section.Canonical())])));
        var maps = _maps.Select(pair => KeyValuePair.Create(
            pair.Key,
            (JsonNode?)new JsonObject(pair.Value.Select(entry => KeyValuePair.Create(entry.Name, (JsonNode?)entry.Section.Canonical())))));
        return CanonicalJson.Of(new JsonObject(values.Concat(sections).Concat(lists).Concat(maps)));
    }
}

/// <summary>An entry of an object whose keys are names that the user chooses.</summary>
public sealed record NamedSection(string Name, JsonSection Section);
