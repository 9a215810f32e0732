using Distill.Learning.Randomness;
using Distill.Pipeline.Options;

namespace Distill.Imaging.Splits;

/// <summary>Computes the number of labels per class.</summary>
internal static class LabelQuota
{
    /// <summary>Returns the number of labels of each class.</summary>
    /// <param name="available">Number of labeled images of each class.</param>
    /// <param name="classNames">Name of each class, for messages.</param>
    /// <param name="options">Fraction or number per class.</param>
    /// <param name="key">Key that orders the classes for the labels that a fraction leaves over.</param>
    /// <exception cref="UserException">A class has too few labeled images.</exception>
    public static int[] Compute(int[] available, IReadOnlyList<string> classNames, LabelSplitOptions options, RandomKey key)
    {
        if (Array.IndexOf(available, 0) is >= 0 and var empty)
        {
            throw new UserException($"{options.Block}: the class {classNames[empty]} has no labeled images left to draw");
        }

        return options.PerClass is { } perClass
            ? Equal(available, classNames, perClass, options.Block)
            : Fraction(available, options.Fraction!.Value, key);
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
    /// Returns the integer part of each class's fraction. Labels that are missing from the fraction of the whole dataset go to classes in
    /// seeded order, one each. Every class gets at least one label.
    /// </summary>
    private static int[] Fraction(int[] available, double fraction, RandomKey key)
    {
        // In decimal, 0.29 · 100 is 29. In binary it is slightly less, and its integer part is 28.
        var exact = (decimal)fraction;
        var quota = Array.ConvertAll(available, count => (int)(exact * count));
        var rest = (int)Math.Round(exact * available.Sum(), MidpointRounding.AwayFromZero) - quota.Sum();
        var order = key.Fold("remainder").Permutation(available.Length);
        foreach (var label in order.Where(label => quota[label] < available[label]).Take(rest))
        {
            quota[label]++;
        }

        return Array.ConvertAll(quota, count => Math.Max(1, count));
    }
}
