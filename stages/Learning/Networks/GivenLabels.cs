using System.Globalization;
using System.Text.Json.Nodes;

namespace Distill.Learning.Networks;

/// <summary>Class names that a config.json beside given weights states.</summary>
/// <param name="File">Path of the file.</param>
/// <param name="Key">The key of the names.</param>
/// <param name="Names">The names in the order of the logits.</param>
public sealed record GivenLabels(string File, string Key, IReadOnlyList<string> Names)
{
    private const int Listed = 12;

    /// <summary>Reads timm's <c>label_names</c>, or transformers' <c>id2label</c> or <c>label2id</c>; null if there are none.</summary>
    public static GivenLabels? Of(string file, JsonObject? json) =>
        json?["label_names"] is JsonArray names ? new(file, "label_names", [.. names.Select(Text)])
        : json?["id2label"] is JsonArray list ? Named(file, "id2label", list.Index().Select(entry => (entry.Index, Text(entry.Item))))
        : json?["id2label"] is JsonObject map ? Named(file, "id2label", map.Select(entry => (Number(entry.Key), Text(entry.Value))))
        : json?["label2id"] is JsonObject ids ? Named(file, "label2id", ids.Select(entry => (Number(Text(entry.Value)), entry.Key)))
        : null;

    /// <summary>Compares the names with those of the dataset. Case, spaces, hyphens and underscores do not matter.</summary>
    /// <exception cref="InvalidDataException">They are other classes, or the same ones in another order.</exception>
    public void Check(IReadOnlyList<string> classes)
    {
        var (given, expected) = (Names.Select(Loose).ToArray(), classes.Select(Loose).ToArray());
        if (given.SequenceEqual(expected))
        {
            return;
        }

        if (!given.Order(StringComparer.Ordinal).SequenceEqual(expected.Order(StringComparer.Ordinal)))
        {
            throw new InvalidDataException(
                $"{File}: found {Key} {List(Names)}, expected the dataset's classes in the same order: {List(classes)}; "
                + "correct the names, or remove this file if it belongs to another network");
        }

        var first = Enumerable.Range(0, given.Length).First(i => given[i] != expected[i]);
        throw new InvalidDataException(
            $"{File}: found {Key} {List(Names)}, expected the dataset's classes in the same order: {List(classes)}; "
            + $"row {first} of the classifier is {Names[first]}, and class {first} of the dataset is {classes[first]}. "
            + "Write the names into a text file in the order of the classifier, one per line, and set dataset.classes to its path");
    }

    /// <summary>Orders the names by their numbers, which must be 0, 1, 2, …; otherwise they say nothing.</summary>
    private static GivenLabels? Named(string file, string key, IEnumerable<(int Number, string Name)> entries)
    {
        var ordered = entries.OrderBy(entry => entry.Number).ToArray();
        return ordered.Length > 0 && ordered.Index().All(entry => entry.Item.Number == entry.Index) && !ordered.All(IsPlaceholder)
            ? new GivenLabels(file, key, [.. ordered.Select(entry => entry.Name)])
            : null;
    }

    // What transformers writes for classes without names.
    private static bool IsPlaceholder((int Number, string Name) entry) =>
        entry.Name == FormattableString.Invariant($"LABEL_{entry.Number}");

    private static string Text(JsonNode? json) => json?.ToString() ?? "";

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static string Loose(string name) => name.Trim().Replace('_', ' ').Replace('-', ' ').ToLowerInvariant();

    private static string List(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(Listed)) + (names.Count > Listed ? $", … ({names.Count} names)" : "");
}
