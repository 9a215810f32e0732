using Distill.Learning.Randomness;

namespace Distill.Imaging.Evaluation.Probes;

/// <summary>Draws the part of the training images on which a probe's settings are chosen.</summary>
public static class HeldOut
{
    /// <summary>
    /// Draws the same fraction of each class, rounded. A class of two or more images keeps at least one on either side; a class's only
    /// image is not held out.
    /// </summary>
    /// <param name="labels">Class of each image.</param>
    /// <param name="fraction">Fraction in (0, 1).</param>
    /// <param name="key">Key that shuffles the images of each class.</param>
    /// <returns>Positions in <paramref name="labels"/>, ascending.</returns>
    public static IReadOnlyList<int> Balanced(IReadOnlyList<long> labels, double fraction, RandomKey key)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(fraction);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(fraction, 1);
        return [.. Enumerable.Range(0, labels.Count)
            .GroupBy(position => labels[position])
            .SelectMany(members => Draw([.. members], fraction, key.Fold(members.Key)))
            .Order()];
    }

    private static IEnumerable<int> Draw(int[] members, double fraction, RandomKey key)
    {
        var most = members.Length - 1;
        var count = Math.Clamp((int)Math.Round(fraction * members.Length), Math.Min(1, most), most);
        return key.Permutation(members.Length).Take(count).Select(i => members[i]);
    }
}
