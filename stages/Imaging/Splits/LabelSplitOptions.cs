using Distill.Pipeline.Options;

namespace Distill.Imaging.Splits;

/// <summary>Options for the training images that keep their labels. Exactly one of fraction, perClass and list is given.</summary>
/// <param name="Fraction">Fraction of every class, in (0, 1], such as the 1 % and 10 % of SimCLRv2 (arXiv:2006.10029, section 3).</param>
/// <param name="PerClass">Number of images of every class.</param>
/// <param name="List">Path of a split file; see <see cref="LabelSplit.Read"/>.</param>
/// <param name="Seed">Seed of the draw; unused with a list.</param>
public sealed record LabelSplitOptions(double? Fraction, int? PerClass, string? List, long Seed)
{
    /// <summary>JSON path of the block, for messages.</summary>
    public string Block { get; init; } = Usual;

    private const string Usual = "labels";

    /// <summary>Reads the block "labels": one of fraction, perClass and list, and seed.</summary>
    /// <param name="section">Block of the labels.</param>
    /// <param name="defaultSeed">Seed by default: that of the run.</param>
    /// <exception cref="UserException">None or more than one of the three is given, or a value is out of range.</exception>
    public static LabelSplitOptions Read(JsonSection section, int defaultSeed = 0)
    {
        var options = new LabelSplitOptions(
            section.OptionalNumber("fraction", 0, 1, "Fraction of each class that keeps its labels."),
            section.OptionalInteger("perClass", 1, help: "Number of labels per class."),
            section.OptionalFile("list", "File with one line per labeled image: image name, tab, class name."),
            section.Integer("seed", defaultSeed, help: "Seed of the draw. Default: the seed of the pipeline."))
        {
            Block = section.Path.Split('.', 2) is [_, var path] ? path : Usual,
        };

        if (options.Fraction is 0)
        {
            throw section.Error("fraction", "found 0, expected more than 0 and at most 1");
        }

        List<string> given =
        [
            .. options.Fraction is null ? [] : new[] { "fraction" },
            .. options.PerClass is null ? [] : new[] { "perClass" },
            .. options.List is null ? [] : new[] { "list" },
        ];
        return given.Count == 1
            ? options
            : throw section.Error(
                given.LastOrDefault("fraction"),
                $"found {(given.Count == 0 ? "none" : string.Join(" and ", given))}, expected exactly one of fraction, perClass and list");
    }

    /// <summary>Description for people and for the header of a split file, such as "13 labels per class".</summary>
    public string Rule =>
        Fraction is { } fraction ? FormattableString.Invariant($"fraction {fraction} of each class")
        : PerClass is { } perClass ? FormattableString.Invariant($"{perClass} labels per class")
        : $"list {Path.GetFileName(List)}";
}
