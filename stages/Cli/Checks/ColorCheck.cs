using Distill.Datasets.Images;

namespace Distill.Cli.Checks;

/// <summary>Finds gray images in a set that is read as color, and color images in a set that is read as gray.</summary>
internal static class ColorCheck
{
    public static IEnumerable<Finding> Find(CheckedData data)
    {
        foreach (var (report, images) in data.Usable)
        {
            // Images of a fixed format have the channels of the network already.
            if (images.Pixels is InMemoryPixels)
            {
                continue;
            }

            // A color says nothing about an image without content, which has its own finding.
            var facts = report.Facts;
            var rich = Enumerable.Range(0, images.Count).Where(index => !facts[index].IsConstant).ToList();
            var wantsGray = images.Shape.Channels == 1;
            var odd = rich.Where(index => facts[index].IsGray != wantsGray).ToList();
            if (odd.Count > 0 && odd.Count == rich.Count && !wantsGray)
            {
                yield return Finding.Warning(
                    report.Split, $"{Phrases.NameOf(report.Split)}: all images are gray; dataset.channels 1 is enough");
            }
            else if (odd.Count > 0)
            {
                var what = wantsGray ? "colors, which dataset.channels 1 drops" : "gray, in a set of color images";
                yield return Phrases.About(report.Split, images, odd, what);
            }
        }
    }
}
