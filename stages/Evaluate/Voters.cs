using Distill.Datasets.Images;

namespace Distill.Evaluate;

/// <summary>The training images that vote in kNN.</summary>
/// <param name="Images">Their indices.</param>
/// <param name="Classes">The class that each votes for.</param>
internal sealed record Voters(IReadOnlyList<int> Images, long[] Classes)
{
    /// <summary>Labeled images vote for their labels.</summary>
    public static Voters Of(ImageSet images, IReadOnlyList<int> labeled) =>
        new(labeled, [.. labeled.Select(image => (long)images.Labels[image])]);

    /// <summary>All images vote for the classes that they were given.</summary>
    public static Voters Of(long[] classes) => new([.. Enumerable.Range(0, classes.Length)], classes);
}
