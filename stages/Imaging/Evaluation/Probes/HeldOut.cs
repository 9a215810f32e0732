using Distill.Learning.Randomness;

namespace Distill.Imaging.Evaluation.Probes;

/// <summary>The part of the training features on which a probe's settings are chosen.</summary>
public static class HeldOut
{
    /// <summary>
    /// The same share of each class, drawn at random and rounded; of a class of two images or more, at least one is held out and at
    /// least one is not; a class's only image is not.
    /// </summary>
    /// <param name="labels">The class of each image.</param>
    /// <param name="share">Of (0, 1).</param>
    /// <param name="key">Orders each class's images.</param>
    /// <returns>Places among the labels, ascending.</returns>
    public static IReadOnlyList<int> Balanced(IReadOnlyList<long> labels, double share, RandomKey key)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(share, 1);
        return [.. Enumerable.Range(0, labels.Count)
            .GroupBy(place => labels[place])
            .SelectMany(members => Draw([.. members], share, key.Fold(members.Key)))
            .Order()];
    }

    private static IEnumerable<int> Draw(int[] members, double share, RandomKey key)
    {
        var most = members.Length - 1;
        var count = Math.Clamp((int)Math.Round(share * members.Length), Math.Min(1, most), most);
        return key.Permutation(members.Length).Take(count).Select(i => members[i]);
    }
}
