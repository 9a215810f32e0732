using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Cli.Drafting;

/// <summary>What the images of a folder are like, as far as it decides how to train on them.</summary>
/// <param name="Images">Number of training images, labeled or not.</param>
/// <param name="Labeled">Number of training images with a class.</param>
/// <param name="TestImages">Number of test images.</param>
/// <param name="ClassCounts">Labeled training images of each class, in the order of the classes.</param>
/// <param name="ShorterSide">Median of the shorter sides, in pixels.</param>
/// <param name="LargestSide">Largest side of all images, in pixels.</param>
/// <param name="Square">Whether at least nine of ten images are square.</param>
/// <param name="Gray">Whether no sampled image has color.</param>
internal sealed record DataFacts(
    int Images, int Labeled, int TestImages, IReadOnlyList<int> ClassCounts, int ShorterSide, int LargestSide, bool Square, bool Gray)
{
    /// <summary>Images that are decoded to find out whether they have color.</summary>
    private const int Sample = 200;

    private const int MostlyOf10 = 9;

    /// <summary>Two groups of two images, the least that pretraining can contrast.</summary>
    private const int FewestImages = 4;

    /// <summary>The ratio of the most frequent class to the rarest up to which labels count as drawn per class.</summary>
    private const double EvenRatio = 1.25;

    /// <summary>Whether the labels seem to be a fixed number per class, which says nothing about how frequent the classes are.</summary>
    public bool LabelsPerClass => Labeled < Images && ClassCounts.Max() <= EvenRatio * ClassCounts.Min();

    /// <summary>Looks at a dataset. Sizes come from the scan of its files; a sample of images is decoded.</summary>
    /// <exception cref="UserException">The images are too few, or not of two classes.</exception>
    public static DataFacts Of(IDataset dataset)
    {
        var train = dataset.Train();
        int[] counts = [.. train.ClassNames.Select((_, label) => train.Labels.Count(value => value == label))];
        Check(train, counts);
        (int Height, int Width)[] sizes = [.. Enumerable.Range(0, train.Count).Select(train.Pixels.SizeOf)];
        int[] shorter = [.. sizes.Select(size => Math.Min(size.Height, size.Width)).Order()];
        var step = Math.Max(1, train.Count / Sample);
        var sampled = Enumerable.Range(0, train.Count).Where(image => image % step == 0);
        return new DataFacts(
            train.Count,
            counts.Sum(),
            dataset.Test().Count,
            counts,
            shorter[shorter.Length / 2],
            sizes.Max(size => Math.Max(size.Height, size.Width)),
            10 * sizes.Count(size => size.Height == size.Width) >= MostlyOf10 * sizes.Length,
            sampled.All(image => IsGray(train.Pixels.Decode(image))));
    }

    /// <summary>Refuses images that no classifier can learn from.</summary>
    private static void Check(ImageSet train, int[] counts)
    {
        string[] empty = [.. train.ClassNames.Where((_, label) => counts[label] == 0)];
        var problem = counts.Length < 2
            ? $"found {(counts.Length == 0 ? "no class" : $"only the class {train.ClassNames[0]}")}, expected a folder of images for each "
                + "of at least two classes"
            : empty.Length > 0 ? $"found no images of {string.Join(", ", empty)}; add some, or remove these folders"
            : train.Count < FewestImages
                ? FormattableString.Invariant($"found {train.Count} training images, expected at least {FewestImages}")
            : null;
        if (problem is not null)
        {
            throw new UserException($"{train.Name}: {problem}");
        }
    }

    private static bool IsGray(DecodedImage image)
    {
        var plane = image.Shape.Height * image.Shape.Width;
        var red = image.Pixels.AsSpan(0, plane);
        return image.Shape.Channels == 1
            || (red.SequenceEqual(image.Pixels.AsSpan(plane, plane)) && red.SequenceEqual(image.Pixels.AsSpan(2 * plane, plane)));
    }
}
