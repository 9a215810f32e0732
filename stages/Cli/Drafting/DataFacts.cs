using Distill.Cli.Checks;
using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Cli.Drafting;

/// <summary>What the images of a folder are like, as far as it decides how to train on them.</summary>
/// <param name="Images">Number of training images, labeled or not.</param>
/// <param name="Labeled">Number of training images with a class.</param>
/// <param name="TestImages">Number of test images.</param>
/// <param name="LabelCounts">Labeled training images of each class, in the order of the classes.</param>
/// <param name="ShorterSide">Median of the shorter sides, in pixels.</param>
/// <param name="Square">Whether at least nine of ten images are square.</param>
/// <param name="Gray">Whether no image has color, for training or testing.</param>
internal sealed record DataFacts(
    int Images, int Labeled, int TestImages, IReadOnlyList<int> LabelCounts, int ShorterSide, bool Square, bool Gray)
{
    private const int MostlyOf10 = 9;

    /// <summary>Two groups of two images, the least that pretraining can contrast.</summary>
    private const int FewestImages = 4;

    /// <summary>The ratio of the most frequent class to the rarest up to which labels count as drawn per class.</summary>
    private const double EvenRatio = 1.25;

    /// <summary>Whether the labels seem to be a fixed number per class, which says nothing about how frequent the classes are.</summary>
    public bool LabelsPerClass => Labeled < Images && LabelCounts.Max() <= EvenRatio * LabelCounts.Min();

    /// <summary>Looks at a dataset. All of this comes from the scan of its files.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="perClass">Labels per class to use; null for all.</param>
    /// <exception cref="UserException">The images are too few, or not of two classes.</exception>
    public static DataFacts Of(IDataset dataset, int? perClass)
    {
        var train = dataset.Train();
        var counts = ClassCounts.Of(train, train.Labels);
        Check(train, counts, perClass);
        var test = dataset.Test();
        (int Height, int Width)[] sizes = [.. Enumerable.Range(0, train.Count).Select(train.Pixels.SizeOf)];
        int[] shorter = [.. sizes.Select(size => Math.Min(size.Height, size.Width)).Order()];
        return new DataFacts(
            train.Count,
            counts.Sum(),
            test.Count,
            counts,
            shorter[shorter.Length / 2],
            10 * sizes.Count(size => size.Height == size.Width) >= MostlyOf10 * sizes.Length,
            new[] { Split.Train, Split.Test }.All(split => dataset.Report(split)!.Facts.All(image => image.IsGray)));
    }

    /// <summary>Refuses images that no classifier can learn from.</summary>
    private static void Check(ImageSet train, int[] counts, int? perClass)
    {
        string[] empty = [.. train.ClassNames.Where((_, label) => counts[label] == 0)];
        var problem = counts.Length < 2
            ? $"found {(counts.Length == 0 ? "no class" : $"only the class {train.ClassNames[0]}")}, expected a folder of images for each "
                + "of at least two classes"
            : empty.Length > 0 ? $"found no images of {string.Join(", ", empty)}; add some, or remove these folders"
            : train.Count < FewestImages
                ? FormattableString.Invariant($"found {train.Count} training images, expected at least {FewestImages}")
            : counts.Min() < perClass
                ? $"--per-class: found {perClass}, but {train.ClassNames[Array.IndexOf(counts, counts.Min())]} has {counts.Min()} images"
            : null;
        if (problem is not null)
        {
            throw new UserException($"{train.Name}: {problem}");
        }
    }
}
