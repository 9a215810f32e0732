using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Imaging.Splits;

/// <summary>One fold of a k-fold cross-validation over labeled images: what is held out, and what is trained on.</summary>
/// <param name="Number">From 1 to <paramref name="Count"/>.</param>
/// <param name="Count">k, at least 2.</param>
public sealed record Fold(int Number, int Count)
{
    /// <summary>
    /// Parts the images so that classes are as balanced as they were. Labeled images are dealt to the folds like cards, class
    /// after class: over all folds each is held out exactly once.
    /// </summary>
    /// <param name="indices">Numbers of labeled images, ascending; drawn at random, so their order holds no pattern.</param>
    /// <param name="images">The set that they belong to.</param>
    /// <exception cref="UserException">There are more folds than images.</exception>
    public (IReadOnlyList<int> Training, IReadOnlyList<int> HeldOut) Part(IReadOnlyList<int> indices, ImageSet images)
    {
        if (Count > indices.Count)
        {
            throw new UserException($"{indices.Count} labeled images cannot be divided into {Count} folds; use at most {indices.Count}");
        }

        var dealt = indices
            .OrderBy(index => images.Labels[index])
            .Select((index, place) => (Index: index, HeldOut: place % Count == Number - 1))
            .ToLookup(card => card.HeldOut, card => card.Index);
        return ([.. dealt[false].Order()], [.. dealt[true].Order()]);
    }
}
