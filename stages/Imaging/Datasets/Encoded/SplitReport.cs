using System.Text.Json.Nodes;
using Stages.Imaging.Datasets.Decoding;

namespace Stages.Imaging.Datasets.Encoded;

/// <summary>What was found in a split's files: how many images can be used, what is unusual, what was left out and why.</summary>
/// <param name="Source">The folder.</param>
/// <param name="Split">Which split.</param>
/// <param name="Used">Images that can be used.</param>
/// <param name="Traits">How many of those have each trait; traits that none has are absent.</param>
/// <param name="Refused">Name and reason of each image that was left out.</param>
public sealed record SplitReport(
    string Source, Split Split, int Used, IReadOnlyDictionary<ImageTraits, int> Traits, IReadOnlyList<(string Name, string Reason)> Refused)
{
    private static readonly ImageTraits[] All = [.. Enum.GetValues<ImageTraits>().Where(trait => trait != ImageTraits.None)];

    internal static SplitReport Of(string source, Split split, IReadOnlyList<EncodedImage> images, IReadOnlyList<ScanRow> rows)
    {
        var used = rows.Where(row => row.Refusal is null).ToList();
        return new SplitReport(
            source,
            split,
            used.Count,
            All.Select(trait => (trait, Count: used.Count(row => row.Header.Traits.HasFlag(trait))))
                .Where(pair => pair.Count > 0)
                .ToDictionary(pair => pair.trait, pair => pair.Count),
            [.. images.Zip(rows).Where(pair => pair.Second.Refusal is not null).Select(pair => (pair.First.Name, pair.Second.Refusal!))]);
    }

    /// <summary>One line for people.</summary>
    public string Summary
    {
        get
        {
            var unusual = string.Join(", ", Traits.Select(pair => FormattableString.Invariant($"{pair.Value} {NameOf(pair.Key)}")));
            return $"Read {Used} images of {Source}{(unusual.Length == 0 ? "" : $" ({unusual})")}, left out {Refused.Count}";
        }
    }

    public JsonObject ToJson() => new()
    {
        ["source"] = Source,
        ["split"] = Split == Split.Train ? "train" : "test",
        ["used"] = Used,
        ["leftOut"] = Refused.Count,
        ["traits"] = new JsonObject(Traits.Select(pair => KeyValuePair.Create(NameOf(pair.Key), (JsonNode?)JsonValue.Create(pair.Value)))),
        ["refused"] = new JsonArray([.. Refused.Select(image => new JsonObject { ["image"] = image.Name, ["reason"] = image.Reason })]),
    };

    private static string NameOf(ImageTraits trait) => trait switch
    {
        ImageTraits.SixteenBit => "16-bit",
        ImageTraits.Cmyk => "CMYK",
        _ => trait.ToString().ToLowerInvariant(),
    };
}
