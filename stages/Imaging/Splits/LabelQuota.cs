using Distill.Learning.Randomness;
using Distill.Pipeline.Options;

namespace Distill.Imaging.Splits;

/// <summary>How many labels each class gets.</summary>
internal static class LabelQuota
{
    /// <param name="available">The labeled images of each class.</param>
    /// <param name="classNames">The name of each class, for messages.</param>
    /// <param name="options">Gives a fraction or a number per class.</param>
    /// <param name="key">Orders the classes for the labels that remain of a fraction.</param>
    /// <exception cref="UserException">A class has too few labeled images.</exception>
    public static int[] Of(int[] available, IReadOnlyList<string> classNames, LabelSplitOptions options, RandomKey key)
    {
        if (Array.IndexOf(available, 0) is >= 0 and var empty)
        {
            throw new UserException($"{options.Block}: the class {classNames[empty]} has no labeled images left to draw");
        }

        return options.PerClass is { } perClass
            ? Equal(available, classNames, perClass, options.Block)
            : Share(available, options.Fraction!.Value, key);
    }

    private static int[] Equal(int[] available, IReadOnlyList<string> classNames, int perClass, string block)
    {
        var poor = Array.FindIndex(available, count => count < perClass);
        return poor < 0
            ? Array.ConvertAll(available, _ => perClass)
            : throw new UserException(
                $"{block}.perClass is {perClass}, but the class {classNames[poor]} has only {available[poor]} labeled images");
    }

    /// <summary>
    /// The whole part of each class's share; what is missing of the whole data set's share goes, one each, to
    /// classes in seeded order; no class is left without a label.
    /// </summary>
    private static int[] Share(int[] available, double fraction, RandomKey key)
    {
        // In decimal, 0.29 of 100 is 29; in binary it is a hair less, and its whole part 28.
        var share = (decimal)fraction;
        var quota = Array.ConvertAll(available, count => (int)(share * count));
        var rest = (int)Math.Round(share * available.Sum(), MidpointRounding.AwayFromZero) - quota.Sum();
        foreach (var label in key.Fold("remainder").Permutation(available.Length).Where(label => quota[label] < available[label]).Take(rest))
        {
            quota[label]++;
        }

        return Array.ConvertAll(quota, count => Math.Max(1, count));
    }
}
