using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Distill.Pipeline.Options;

/// <summary>
/// A strict view of one JSON object. It remembers every key that is read, with the value that was given or its
/// default, so that keys nobody reads can be refused and equal options have one canonical form.
/// </summary>
/// <remarks>
/// Every reader throws <see cref="UserException"/> with the file, the JSON path, what was found and what was
/// expected. A null counts as absent for optional values and sections, so a file can undo what a preset set.
/// </remarks>
[SuppressMessage("Naming", "CA1720", Justification = "Integer and Number are JSON's own names for its values.")]
public sealed class JsonSection
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

    /// <summary>Whether the key is given and is not null. Asking makes the key an allowed one.</summary>
    public bool Has(string key)
    {
        _read.Allow(key);
        return _json[key] is not null;
    }

    /// <summary>A whole number; 100, 100.0 and 1e2 are the same.</summary>
    public int Integer(string key, int fallback, int min = 0, int max = int.MaxValue) =>
        Record(key, Given(key) ? ParseInteger(key, min, max) : fallback, value => JsonValue.Create(value));

    /// <inheritdoc cref="Integer"/>
    public int? OptionalInteger(string key, int min = 0, int max = int.MaxValue) =>
        Record(key, Has(key) ? ParseInteger(key, min, max) : (int?)null, value => JsonValue.Create(value));

    /// <summary>A finite number.</summary>
    public double Number(string key, double fallback, double min = 0, double max = double.MaxValue) =>
        Record(key, Given(key) ? ParseNumber(key, min, max) : fallback, CanonicalJson.Number);

    /// <inheritdoc cref="Number"/>
    public double? OptionalNumber(string key, double min = 0, double max = double.MaxValue) =>
        Record(key, Has(key) ? ParseNumber(key, min, max) : (double?)null, value => value is { } given ? CanonicalJson.Number(given) : null);

    public bool Flag(string key, bool fallback) => Record(
        key,
        !Given(key) ? fallback : Kind(key) switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Unexpected(key, "true or false"),
        },
        value => JsonValue.Create(value));

    public string Text(string key, string fallback) =>
        Record(key, Given(key) ? ParseText(key, "a string") : fallback, value => JsonValue.Create(value));

    public string? OptionalText(string key) =>
        Record(key, Has(key) ? ParseText(key, "a string") : null, value => JsonValue.Create(value));

    /// <summary>The path of a file that is there, relative to the working folder; absent, it has no part in the canonical form.</summary>
    public string? OptionalFile(string key)
    {
        if (!Has(key))
        {
            return null;
        }

        var path = Text(key, "");
        return File.Exists(path) ? path : throw Error(key, $"found \"{path}\", which does not exist");
    }

    /// <summary>One value of an enum, its names in kebab-case: <c>SoftTargets</c> is "soft-targets".</summary>
    public T Choice<T>(string key, T fallback) where T : struct, Enum =>
        Choice(key, KebabNames.Of(fallback), KebabNames.All<T>());

    /// <summary>One of the values of <paramref name="allowed"/>, by its name there.</summary>
    public T Choice<T>(string key, string fallback, IReadOnlyDictionary<string, T> allowed)
    {
        var expected = Expected.OneOf(allowed.Keys);
        var name = Given(key) ? ParseText(key, expected) : fallback;
        return allowed.TryGetValue(name, out var value)
            ? Record(key, value, _ => JsonValue.Create(name))
            : throw Unexpected(key, expected);
    }

    /// <summary>A list of two numbers, low ≤ high, both of [<paramref name="min"/>, <paramref name="max"/>].</summary>
    public (double Low, double High) Range(string key, (double Low, double High) fallback, double min, double max)
    {
        var range = fallback;
        if (Given(key))
        {
            range = _json[key] is JsonArray { Count: 2 } list && Finite(list[0]) is { } low && Finite(list[1]) is { } high
                && min <= low && low <= high && high <= max
                    ? (low, high)
                    : throw Unexpected(key, Expected.Range(min, max));
        }

        return Record(key, range, value => new JsonArray(CanonicalJson.Number(value.Low), CanonicalJson.Number(value.High)));
    }

    /// <summary>A list of one finite number or more, each of [<paramref name="min"/>, <paramref name="max"/>]; absent, it has no part in the canonical form.</summary>
    public IReadOnlyList<double>? OptionalNumbers(string key, IReadOnlyList<double>? fallback, double min, double max)
    {
        var numbers = fallback;
        if (Has(key))
        {
            numbers = _json[key] is JsonArray { Count: > 0 } list && list.All(item => Finite(item) is { } number && min <= number && number <= max)
                ? [.. list.Select(item => Finite(item)!.Value)]
                : throw Unexpected(key, $"a list of numbers, each {Expected.Number(min, max)}");
        }

        return numbers is null ? null : Record(key, numbers, value => new JsonArray([.. value.Select(CanonicalJson.Number)]));
    }

    /// <summary>The object below a key. An absent one is empty, so every default holds.</summary>
    public JsonSection Section(string key) => _read.Section(key, () => new JsonSection(
        _file,
        JsonPaths.Child(Path, key),
        (_json[key] ?? new JsonObject()) as JsonObject ?? throw Unexpected(key, "an object")));

    /// <summary>The objects of a list, in order. An absent list is <paramref name="fallback"/>, or empty.</summary>
    public IReadOnlyList<JsonSection> Sections(string key, params JsonObject[] fallback) => _read.List(key, () =>
    {
        var list = (_json[key] ?? new JsonArray([.. fallback])) as JsonArray ?? throw Unexpected(key, "a list of objects");
        var path = JsonPaths.Child(Path, key);
        return [.. list.Select((item, index) => new JsonSection(
            _file,
            JsonPaths.Item(path, index),
            item as JsonObject ?? throw Wrong(JsonPaths.Item(path, index), $"found {Found.Text(item)}, expected an object")))];
    });

    /// <summary>The exception for a value that is impossible together with others; the caller throws it.</summary>
    /// <param name="key">The key at fault.</param>
    /// <param name="message">What was found and what was expected, such as "found 0.5, expected less than low".</param>
    public UserException Error(string key, string message) => Wrong(JsonPaths.Child(Path, key), message);

    /// <summary>Refuses keys that nobody read, here and in every section that was read; call it when all options are made.</summary>
    public void RefuseUnknownKeys()
    {
        if (_json.Select(pair => pair.Key).FirstOrDefault(key => !_read.Names.Contains(key)) is { } unknown)
        {
            var allowed = _read.Names.Count == 0 ? "none here" : $"one of {string.Join(", ", _read.Names)}";
            var hint = Suggestion.For(unknown, _read.Names) is { } name ? $" (did you mean {name}?)" : "";
            throw Error(unknown, $"found an unknown key, expected {allowed}{hint}");
        }

        foreach (var child in _read.Children)
        {
            child.RefuseUnknownKeys();
        }
    }

    /// <summary>Every value read so far, defaults included, in the form of <see cref="CanonicalJson"/>.</summary>
    public JsonObject Canonical() => _read.Canonical();

    internal void Allow(string key) => _read.Allow(key);

    private bool Given(string key) => _json.ContainsKey(key);

    private JsonValueKind Kind(string key) => _json[key]?.GetValueKind() ?? JsonValueKind.Null;

    private int ParseInteger(string key, int min, int max) =>
        Finite(_json[key]) is { } value && value == Math.Floor(value) && min <= value && value <= max
            ? (int)value
            : throw Unexpected(key, Expected.Integer(min, max));

    private double ParseNumber(string key, double min, double max) =>
        Finite(_json[key]) is { } value && min <= value && value <= max
            ? value
            : throw Unexpected(key, Expected.Number(min, max));

    private string ParseText(string key, string expected) =>
        Kind(key) == JsonValueKind.String ? _json[key]!.GetValue<string>() : throw Unexpected(key, expected);

    private static double? Finite(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.Number && node.AsValue().TryGetValue(out double value) && double.IsFinite(value)
            ? value
            : null;

    private T Record<T>(string key, T value, Func<T, JsonNode?> canonical)
    {
        _read.Value(key, canonical(value));
        return value;
    }

    private UserException Unexpected(string key, string expected) =>
        Error(key, $"found {Found.Text(_json[key])}, expected {expected}");

    private UserException Wrong(string path, string message) => new($"{_file}: {path}: {message}");
}
