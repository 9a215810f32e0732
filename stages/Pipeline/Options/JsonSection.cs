using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Distill.Pipeline.Options;

/// <summary>
/// A strict view of one JSON object. It remembers every key that is read, with its declaration and its value. Unknown keys
/// can then be refused, equal options have one canonical form, and the schema can be written.
/// </summary>
/// <remarks>
/// Every reader throws <see cref="UserException"/> with the file, the JSON path, the value found and the values expected.
/// For optional values and sections, null means absent, so a file can take back the value of a preset.
/// </remarks>
[SuppressMessage("Naming", "CA1720", Justification = "Integer and Number are JSON's own names for its values.")]
public sealed partial class JsonSection
{
    private readonly string _file;
    private readonly JsonObject _json;
    private readonly ReadKeys _read = new();

    internal JsonSection(string file, string path, JsonObject json)
    {
        _file = file;
        _json = json;
        Path = path;
    }

    /// <summary>The JSON path of this object, such as <c>$.pretrain</c> or <c>$.rounds[0]</c>.</summary>
    public string Path { get; }

    /// <summary>What the block is for, if its reader described it.</summary>
    public string Help { get; private set; } = "";

    /// <summary>The declarations of all options that were read, in that order.</summary>
    public IReadOnlyDictionary<string, OptionDeclaration> Declarations => _read.Declarations;

    /// <summary>Returns whether the key is given and not null, and allows the key.</summary>
    public bool Has(string key)
    {
        _read.Allow(key);
        return _json[key] is not null;
    }

    /// <summary>Sets <see cref="Help"/>, for the items of a list, which have no declaration of their own.</summary>
    public void Describe(string help) => Help = help;

    /// <summary>Returns the exception for a value that does not fit other values; the caller throws it.</summary>
    /// <param name="key">The key with the wrong value.</param>
    /// <param name="message">The value found and the values expected, such as "found 0.5, expected less than low".</param>
    public UserException Error(string key, string message) => Wrong(JsonPaths.Child(Path, key), message);

    /// <summary>Refuses keys that nothing read, here and in every section that was read. Call it after all options are read.</summary>
    public void RefuseUnknownKeys()
    {
        if (_json.Select(pair => pair.Key).FirstOrDefault(key => !_read.Names.Contains(key)) is { } unknown)
        {
            if (RenamedKeys.Advice(unknown, _read.Names) is { } advice)
            {
                throw Error(unknown, $"this key is gone: {advice}");
            }

            if (RenamedKeys.KeyFor(unknown, _read.Names) is { } renamed)
            {
                throw Error(unknown, $"this key is now named {renamed}; rename it");
            }

            var allowed = _read.Names.Count == 0 ? "none here" : $"one of {string.Join(", ", _read.Names)}";
            var hint = Suggestion.For(unknown, _read.Names) is { } name ? $" (did you mean {name}?)" : "";
            throw Error(unknown, $"found an unknown key, expected {allowed}{hint}");
        }

        foreach (var child in _read.Children)
        {
            child.RefuseUnknownKeys();
        }
    }

    /// <summary>Returns every value read so far, defaults included, in the form of <see cref="CanonicalJson"/>.</summary>
    public JsonObject Canonical() => _read.Canonical();

    /// <summary>Returns the sections that were read below a key: one of an object, all of a list or a map.</summary>
    internal IReadOnlyList<JsonSection> Below(string key) => _read.Below(key);

    internal void Allow(string key, string help) => Declare(key, OptionType.Text, help, nullable: true);

    private void Declare(
        string key, OptionType type, string help, JsonNode? fallback = null, double? min = null, double? max = null,
        bool nullable = false) =>
        _read.Declare(key, new OptionDeclaration(type, help) { Default = fallback, Min = min, Max = max, Nullable = nullable });

    private bool Given(string key) => _json.ContainsKey(key);

    private JsonValueKind Kind(string key) => _json[key]?.GetValueKind() ?? JsonValueKind.Null;

    private T Record<T>(string key, T value, Func<T, JsonNode?> canonical)
    {
        _read.Value(key, canonical(value));
        return value;
    }

    private UserException Unexpected(string key, string expected) =>
        Error(key, $"found {Found.Text(_json[key])}, expected {expected}");

    private UserException Wrong(string path, string message) => new($"{_file}: {path}: {message}");
}
