using Distill.Datasets.Images;

namespace Distill.Cli.Checks;

/// <summary>Counts images per class.</summary>
internal static class ClassCounts
{
    /// <summary>Returns the number of images of each class, by its number.</summary>
    /// <param name="images">Set with the classes.</param>
    /// <param name="labels">Labels to count; those of images without a class are left out.</param>
    public static int[] Of(ImageSet images, IEnumerable<int> labels)
    {
        var counts = new int[images.ClassNames.Count];
        foreach (var label in labels.Where(label => label != ImageSet.Unlabeled))
        {
            counts[label]++;
        }

        return counts;
    }
}
