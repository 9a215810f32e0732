using Distill.Datasets.Images;

namespace Distill.Cli.Checks;

/// <summary>Finds images that are much smaller than networks see them.</summary>
internal static class SizeCheck
{
    /// <summary>Factor of enlargement from which an image counts as tiny.</summary>
    private const int Enlarged = 2;

    public static IEnumerable<Finding> Find(CheckedData data)
    {
        foreach (var (report, images) in data.Usable)
        {
            var tiny = Enumerable.Range(0, images.Count)
                .Where(index => ShorterSide(images, index) * Enlarged <= images.Shape.Height)
                .ToList();
            if (tiny.Count > 0)
            {
                yield return Phrases.About(
                    report.Split,
                    images,
                    tiny,
                    $"a shorter side of at most half of imageSize, {images.Shape.Height}, so they are enlarged",
                    index => $": {ShorterSide(images, index)} pixels");
            }
        }
    }

    private static int ShorterSide(ImageSet images, int index)
    {
        var (height, width) = images.Pixels.SizeOf(index);
        return Math.Min(height, width);
    }
}
