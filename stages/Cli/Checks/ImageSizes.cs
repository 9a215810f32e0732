using Distill.Datasets.Images;

namespace Distill.Cli.Checks;

/// <summary>Heights and widths of a split, ordered by area.</summary>
internal sealed record ImageSizes((int Height, int Width) Smallest, (int Height, int Width) Median, (int Height, int Width) Largest)
{
    /// <summary>Reads the sizes of at least one image, without decoding it.</summary>
    public static ImageSizes Of(ImageSet images)
    {
        var sizes = Enumerable.Range(0, images.Count)
            .Select(images.Pixels.SizeOf)
            .OrderBy(size => (long)size.Height * size.Width)
            .ToArray();
        return new ImageSizes(sizes[0], sizes[sizes.Length / 2], sizes[^1]);
    }
}
