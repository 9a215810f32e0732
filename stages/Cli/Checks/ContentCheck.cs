using Distill.Datasets.Images;

namespace Distill.Cli.Checks;

/// <summary>Finds images without content: all alike, of one color, or of a narrow range of values.</summary>
internal static class ContentCheck
{
    // Noise of an empty photograph is below it, a faint pencil line above.
    private const int FaintContrast = 8;

    // An eighth of all values. The 12 bits of a camera in a 16-bit file have a sixteenth.
    private const int NarrowRange = 32;

    public static IEnumerable<Finding> Find(CheckedData data) =>
        data.Usable.SelectMany(usable => Find(usable.Report.Split, usable.Images, usable.Report.Facts));

    /// <summary>Whether all images of a split are one picture.</summary>
    public static bool AreAlike(IReadOnlyList<PixelFacts> facts) =>
        facts.Count > 1 && facts.All(fact => fact.Content == facts[0].Content);

    private static IEnumerable<Finding> Find(Split split, ImageSet images, IReadOnlyList<PixelFacts> facts)
    {
        var name = Phrases.NameOf(split);
        if (AreAlike(facts))
        {
            var picture = facts[0].IsConstant ? "of one and the same color" : "the same picture";
            yield return split == Split.Train
                ? Finding.Error(split, $"{name}: all {facts.Count} images are {picture}, so there is nothing to learn from them")
                : Finding.Warning(split, $"{name}: all {facts.Count} images are {picture}, so they measure nothing");
            yield break;
        }

        var constant = Where(fact => fact.IsConstant);
        if (constant.Count > 0)
        {
            yield return Phrases.About(split, images, constant, "one color and no content");
        }

        var faint = Where(fact => fact.Contrast is > 0 and < FaintContrast);
        if (faint.Count > 0)
        {
            yield return Phrases.About(
                split, images, faint, $"almost one color, whose values differ by less than {FaintContrast} of 255");
        }

        var (darkest, brightest) = (facts.Min(fact => fact.Darkest), facts.Max(fact => fact.Brightest));
        if (brightest - darkest < NarrowRange)
        {
            yield return Finding.Warning(
                split, $"{name}: all values are {darkest} to {brightest} of 0 to 255, so a network hardly sees the images; rescale them");
        }

        List<int> Where(Func<PixelFacts, bool> wanted) => [.. Enumerable.Range(0, facts.Count).Where(index => wanted(facts[index]))];
    }
}
