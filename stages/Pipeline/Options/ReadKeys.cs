using System.Text.Json.Nodes;

namespace Distill.Pipeline.Options;

/// <summary>What was read of one section: the names that are therefore allowed, the values, the sections below.</summary>
internal sealed class ReadKeys
{
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonNode?> _values = [];
    private readonly Dictionary<string, JsonSection> _sections = [];
    private readonly Dictionary<string, IReadOnlyList<JsonSection>> _lists = [];

    public IReadOnlyCollection<string> Names => _names;

    public IEnumerable<JsonSection> Children => _sections.Values.Concat(_lists.Values.SelectMany(list => list));

    public void Allow(string key) => _names.Add(key);

    public void Value(string key, JsonNode? value)
    {
        Allow(key);
        _values[key] = value;
    }

    /// <summary>A section that is asked for twice is the same one, so that it remembers both readers' keys.</summary>
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

    public JsonObject Canonical()
    {
        var values = _values.Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()));
        var sections = _sections.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value.Canonical()));
        var lists = _lists.Select(pair => KeyValuePair.Create(
            pair.Key, (JsonNode?)new JsonArray([.. pair.Value.Select(section => section.Canonical())])));
        return CanonicalJson.Of(new JsonObject(values.Concat(sections).Concat(lists)));
    }
}
