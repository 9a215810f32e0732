using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Imaging.Splits;

/// <summary>One fold of a k-fold cross-validation over labeled images.</summary>
/// <param name="Number">Number of the fold, from 1 to <paramref name="Count"/>.</param>
/// <param name="Count">k, the number of folds, at least 2.</param>
public sealed record Fold(int Number, int Count)
{
    /// <summary>
    /// Splits the images and keeps the classes balanced. Images are dealt to the folds in turn, class by class, so exactly one fold
    /// holds out each image.
    /// </summary>
    /// <param name="indices">Numbers of labeled images, ascending. They were drawn at random, so their order has no pattern.</param>
    /// <param name="images">Set that the images belong to.</param>
    /// <exception cref="UserException">There are more folds than images.</exception>
    public (IReadOnlyList<int> Training, IReadOnlyList<int> HeldOut) Split(IReadOnlyList<int> indices, ImageSet images)
    {
        if (Count > indices.Count)
        {
            throw new UserException($"{indices.Count} labeled images cannot be divided into {Count} folds; use at most {indices.Count}");
        }

        var dealt = indices
            .OrderBy(index => images.Labels[index])
            .Select((index, position) => (Index: index, HeldOut: position % Count == Number - 1))
            .ToLookup(image => image.HeldOut, image => image.Index);
        return ([.. dealt[false].Order()], [.. dealt[true].Order()]);
    }
}
