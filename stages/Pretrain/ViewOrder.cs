using Distill.Learning.Randomness;

namespace Distill.Pretrain;

/// <summary>
/// The order of the second views in a step. With more than two groups, it is another permutation in each step. Otherwise both views of an
/// image would be normalized together with the views of the very same images, and the statistics of these companions would tell the two
/// views from all others: the leak that SimCLR avoids with one batch norm over all devices (section 2.2), and MoCo by shuffling. With two
/// groups, each has one view of every image, so there is nothing to tell.
/// </summary>
/// <param name="random">The random key of the stage.</param>
/// <param name="images">N, images per step.</param>
/// <param name="groups">Number of groups per batch.</param>
internal sealed class ViewOrder(RandomKey random, int images, int groups)
{
    private readonly RandomKey _random = random.Fold("second views");

    /// <summary>The image, in [0, N), of each second view of step <paramref name="step"/>; null if they are in order.</summary>
    public int[]? At(long step) => groups > 2 ? _random.Fold(step).Permutation(images) : null;

    /// <summary>The row of the other view of each of the 2N rows; null if the second views are in order.</summary>
    public long[]? PositivesAt(long step)
    {
        if (At(step) is not { } order)
        {
            return null;
        }

        var positives = new long[2 * images];
        for (var place = 0; place < images; place++)
        {
            positives[order[place]] = images + place;
            positives[images + place] = order[place];
        }

        return positives;
    }
}
