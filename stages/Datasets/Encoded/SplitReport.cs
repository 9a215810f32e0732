using System.Text.Json.Nodes;
using Distill.Datasets.Decoding;
using Distill.Datasets.Images;

namespace Distill.Datasets.Encoded;

/// <summary>A report on a split's files: the number of usable images, unusual ones, and skipped ones with the reason.</summary>
/// <param name="Source">Folder of the dataset.</param>
/// <param name="Split">Split that the report is about.</param>
/// <param name="Used">Number of images that can be used.</param>
/// <param name="Unlabeled">Number of used images without a class.</param>
/// <param name="Traits">Number of used images per trait, without zeros.</param>
/// <param name="Refused">Name and reason of each skipped image.</param>
/// <param name="Images">The images that can be used; null if there are none.</param>
/// <param name="Facts">Facts about the pixels of each of these.</param>
public sealed record SplitReport(
    string Source,
    Split Split,
    int Used,
    int Unlabeled,
    IReadOnlyDictionary<ImageTraits, int> Traits,
    IReadOnlyList<(string Name, string Reason)> Refused,
    ImageSet? Images,
    IReadOnlyList<PixelFacts> Facts)
{
    private static readonly IReadOnlyDictionary<ImageTraits, int> NoTraits = new Dictionary<ImageTraits, int>();

    private static readonly ImageTraits[] All = [.. Enum.GetValues<ImageTraits>().Where(trait => trait != ImageTraits.None)];

    /// <summary>
    /// Reports on a split that is published in a fixed form, such as CIFAR. It has no unusual images. If it is damaged, it is refused as a
    /// whole.
    /// </summary>
    public static SplitReport Of(ImageSet images, Split split) => new(
        images.Name,
        split,
        images.Count,
        images.Labels.Count(label => label == ImageSet.Unlabeled),
        NoTraits,
        [],
        images,
        [.. Enumerable.Range(0, images.Count).Select(index => PixelFacts.Of(images.Pixels.Decode(index)))]);

    internal static SplitReport Create(
        string source,
        Split split,
        IReadOnlyList<EncodedImage> images,
        IReadOnlyList<ScanRow> rows,
        IReadOnlyList<(string Name, string Reason)> skipped,
        ImageSet? usable)
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
            [
                .. images.Zip(rows).Where(pair => pair.Second.Refusal is not null).Select(pair => (pair.First.Name, pair.Second.Refusal!)),
                .. skipped,
            ],
            usable,
            [.. used.Select(row => row.Facts)]);
    }

    /// <summary>Traits under the names that users see.</summary>
    public IEnumerable<(string Name, int Count)> NamedTraits => Traits.Select(pair => (NameOf(pair.Key), pair.Value));

    /// <summary>Number of skipped images per reason, the most frequent first.</summary>
    public IEnumerable<(string Reason, int Count)> Reasons => Refused
        .GroupBy(image => image.Reason, (reason, images) => (reason, images.Count()))
        .OrderByDescending(pair => pair.Item2)
        .ThenBy(pair => pair.reason, StringComparer.Ordinal);

    /// <summary>Summary in one line, for the log.</summary>
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
