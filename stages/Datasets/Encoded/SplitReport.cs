using System.Text.Json.Nodes;
using Distill.Datasets.Decoding;
using Distill.Datasets.Images;

namespace Distill.Datasets.Encoded;

/// <summary>What was found in a split's files: how many images can be used, what is unusual, what was left out and why.</summary>
/// <param name="Source">The folder.</param>
/// <param name="Split">Which split.</param>
/// <param name="Used">Images that can be used.</param>
/// <param name="Unlabeled">How many of those have no class.</param>
/// <param name="Traits">How many of those have each trait; traits that none has are absent.</param>
/// <param name="Refused">Name and reason of each image that was left out.</param>
public sealed record SplitReport(
    string Source,
    Split Split,
    int Used,
    int Unlabeled,
    IReadOnlyDictionary<ImageTraits, int> Traits,
    IReadOnlyList<(string Name, string Reason)> Refused)
{
    /// <summary>Nothing unusual.</summary>
    public static readonly IReadOnlyDictionary<ImageTraits, int> NoTraits = new Dictionary<ImageTraits, int>();

    private static readonly ImageTraits[] All = [.. Enum.GetValues<ImageTraits>().Where(trait => trait != ImageTraits.None)];

    internal static SplitReport Of(
        string source,
        Split split,
        IReadOnlyList<EncodedImage> images,
        IReadOnlyList<ScanRow> rows,
        IReadOnlyList<(string Name, string Reason)> leftOut)
    {
        var used = rows.Where(row => row.Refusal is null).ToList();
        return new SplitReport(
            source,
            split,
            used.Count,
            images.Zip(rows).Count(pair => pair.Second.Refusal is null && pair.First.Label == ImageSet.Unlabeled),
            All.Select(trait => (trait, Count: used.Count(row => row.Header.Traits.HasFlag(trait))))
                .Where(pair => pair.Count > 0)
                .ToDictionary(pair => pair.trait, pair => pair.Count),
            [.. images.Zip(rows).Where(pair => pair.Second.Refusal is not null).Select(pair => (pair.First.Name, pair.Second.Refusal!)), .. leftOut]);
    }

    /// <summary>The traits under the names that people see.</summary>
    public IEnumerable<(string Name, int Count)> NamedTraits => Traits.Select(pair => (NameOf(pair.Key), pair.Value));

    /// <summary>How many images were left out for which reason, the most frequent first.</summary>
    public IEnumerable<(string Reason, int Count)> Reasons => Refused
        .GroupBy(image => image.Reason, (reason, images) => (reason, images.Count()))
        .OrderByDescending(pair => pair.Item2)
        .ThenBy(pair => pair.reason, StringComparer.Ordinal);

    /// <summary>One line for people.</summary>
    public string Summary
    {
        get
        {
            var unusual = string.Join(", ", NamedTraits.Select(trait => FormattableString.Invariant($"{trait.Count} {trait.Name}")));
            return $"Read {Used} images of {Source}{(unusual.Length == 0 ? "" : $" ({unusual})")}, skipped {Refused.Count}";
        }
    }

    public JsonObject ToJson() => new()
    {
        ["source"] = Source,
        ["split"] = Split == Split.Train ? "train" : "test",
        ["used"] = Used,
        ["unlabeled"] = Unlabeled,
        ["leftOut"] = Refused.Count,
        ["traits"] = CountsOf(NamedTraits),
        ["reasons"] = CountsOf(Reasons),
        ["refused"] = new JsonArray([.. Refused.Select(image => new JsonObject { ["image"] = image.Name, ["reason"] = image.Reason })]),
    };

    private static JsonObject CountsOf(IEnumerable<(string Name, int Count)> counts) =>
        new(counts.Select(pair => KeyValuePair.Create(pair.Name, (JsonNode?)JsonValue.Create(pair.Count))));

    private static string NameOf(ImageTraits trait) => trait switch
    {
        ImageTraits.SixteenBit => "16-bit",
        ImageTraits.Cmyk => "CMYK",
        _ => trait.ToString().ToLowerInvariant(),
    };
}
