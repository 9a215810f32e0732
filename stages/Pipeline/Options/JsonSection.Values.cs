using System.Text.Json;
using System.Text.Json.Nodes;

namespace Distill.Pipeline.Options;

/// <content>Readers of values. Each declares the option, checks the value and remembers it.</content>
public sealed partial class JsonSection
{
    /// <summary>Reads a whole number; 100, 100.0 and 1e2 are the same.</summary>
    public int Integer(string key, int fallback, int min = 0, int max = int.MaxValue, string help = "")
    {
        Declare(key, OptionType.Integer, help, fallback, min, max == int.MaxValue ? null : max);
        return Record(key, Given(key) ? ParseInteger(key, min, max) : fallback, value => JsonValue.Create(value));
    }

    /// <inheritdoc cref="Integer"/>
    public int? OptionalInteger(string key, int min = 0, int max = int.MaxValue, string help = "")
    {
        Declare(key, OptionType.Integer, help, null, min, max == int.MaxValue ? null : max, nullable: true);
        return Record(key, Has(key) ? ParseInteger(key, min, max) : (int?)null, value => JsonValue.Create(value));
    }

    /// <summary>Reads a finite number.</summary>
    public double Number(string key, double fallback, double min = 0, double max = double.MaxValue, string help = "")
    {
        Declare(key, OptionType.Number, help, CanonicalJson.Number(fallback), min, max == double.MaxValue ? null : max);
        return Record(key, Given(key) ? ParseNumber(key, min, max) : fallback, CanonicalJson.Number);
    }

    /// <inheritdoc cref="Number"/>
    public double? OptionalNumber(string key, double min = 0, double max = double.MaxValue, string help = "")
    {
        Declare(key, OptionType.Number, help, null, min, max == double.MaxValue ? null : max, nullable: true);
        return Record(
            key, Has(key) ? ParseNumber(key, min, max) : (double?)null, value => value is { } given ? CanonicalJson.Number(given) : null);
    }

    /// <summary>Reads true or false.</summary>
    public bool Flag(string key, bool fallback, string help = "")
    {
        Declare(key, OptionType.Flag, help, fallback);
        return Record(key, Given(key) ? ParseFlag(key) : fallback, value => JsonValue.Create(value));
    }

    /// <summary>Reads a string.</summary>
    public string Text(string key, string fallback, string help = "")
    {
        Declare(key, OptionType.Text, help, fallback);
        return Record(key, Given(key) ? ParseText(key, "a string") : fallback, value => JsonValue.Create(value));
    }

    /// <inheritdoc cref="Text"/>
    public string? OptionalText(string key, string help = "")
    {
        Declare(key, OptionType.Text, help, nullable: true);
        return Record(key, Has(key) ? ParseText(key, "a string") : null, value => JsonValue.Create(value));
    }

    /// <summary>
    /// Reads the path of an existing file, relative to the working folder. An absent one is left out of the canonical form.
    /// </summary>
    public string? OptionalFile(string key, string help = "")
    {
        Declare(key, OptionType.Text, help, nullable: true);
        if (!Has(key))
        {
            return null;
        }

        var path = Record(key, ParseText(key, "a string"), value => JsonValue.Create(value));
        return File.Exists(path) ? path : throw Error(key, $"found \"{path}\", which does not exist");
    }

    /// <summary>Reads one value of an enum, its names in kebab-case: <c>SoftTargets</c> is "soft-targets".</summary>
    public T Choice<T>(string key, T fallback, string help = "") where T : struct, Enum =>
        Choice(key, KebabNames.Of(fallback), KebabNames.All<T>(), help);

    /// <summary>Reads one of the values of <paramref name="allowed"/>, by its name there.</summary>
    public T Choice<T>(string key, string fallback, IReadOnlyDictionary<string, T> allowed, string help = "")
    {
        _read.Declare(key, new OptionDeclaration(OptionType.Choice, help) { Default = fallback, Choices = [.. allowed.Keys] });
        var expected = Expected.OneOf(allowed.Keys);
        var name = Given(key) ? ParseText(key, expected) : fallback;
        return allowed.TryGetValue(name, out var value) ? Record(key, value, _ => JsonValue.Create(name))
            : RenamedKeys.ValueFor(name, allowed.Keys) is { } renamed ? throw Error(key,
                $"found \"{name}\", which is now named \"{renamed}\"; rename it")
            : RenamedKeys.Advice(name, _read.Names) is { } advice ? throw Error(key, $"found \"{name}\": {advice}")
            : throw Unexpected(key, expected);
    }

    /// <summary>Reads a list of two numbers, low ≤ high, both in [<paramref name="min"/>, <paramref name="max"/>].</summary>
    public (double Low, double High) Range(string key, (double Low, double High) fallback, double min, double max, string help = "")
    {
        Declare(key, OptionType.Range, help, ToJson(fallback), min, max);
        return Record(key, Given(key) ? ParseRange(key, min, max) : fallback, ToJson);
    }

    /// <summary>
    /// Reads a list of finite numbers, at least one, each in [<paramref name="min"/>, <paramref name="max"/>]. An absent one is left out of
    /// the canonical form.
    /// </summary>
    public IReadOnlyList<double>? OptionalNumbers(string key, IReadOnlyList<double>? fallback, double min, double max, string help = "")
    {
        Declare(key, OptionType.Numbers, help, null, min, max, nullable: true);
        var numbers = Has(key) ? ParseNumbers(key, min, max) : fallback;
        return numbers is null ? null : Record(key, numbers, value => new JsonArray([.. value.Select(CanonicalJson.Number)]));
    }

    private int ParseInteger(string key, int min, int max) =>
        Finite(_json[key]) is { } value && value == Math.Floor(value) && min <= value && value <= max
            ? (int)value
            : throw Unexpected(key, Expected.Integer(min, max));

    private double ParseNumber(string key, double min, double max) =>
        Finite(_json[key]) is { } value && min <= value && value <= max
            ? value
            : throw Unexpected(key, Expected.Number(min, max));

    private bool ParseFlag(string key) => Kind(key) switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Unexpected(key, "true or false"),
    };

    private (double Low, double High) ParseRange(string key, double min, double max) =>
        _json[key] is JsonArray { Count: 2 } list && Finite(list[0]) is { } low && Finite(list[1]) is { } high
            && min <= low && low <= high && high <= max
                ? (low, high)
                : throw Unexpected(key, Expected.Range(min, max));

    private double[] ParseNumbers(string key, double min, double max) =>
        _json[key] is JsonArray { Count: > 0 } list && list.All(item => Finite(item) is { } number && min <= number && number <= max)
            ? [.. list.Select(item => Finite(item)!.Value)]
            : throw Unexpected(key, $"a list of numbers, each {Expected.Number(min, max)}");

    private string ParseText(string key, string expected) =>
        Kind(key) == JsonValueKind.String ? _json[key]!.GetValue<string>() : throw Unexpected(key, expected);

    private static JsonArray ToJson((double Low, double High) range) => new(
        CanonicalJson.Number(range.Low), CanonicalJson.Number(range.High));

    private static double? Finite(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.Number && node.AsValue().TryGetValue(out double value) && double.IsFinite(value)
            ? value
            : null;
}
