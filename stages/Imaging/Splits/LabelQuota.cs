using Distill.Learning.Randomness;
using Distill.Pipeline.Options;

namespace Distill.Imaging.Splits;

/// <summary>Computes the number of labels per class.</summary>
internal static class LabelQuota
{
    private const int Named = 10;

    /// <summary>Returns the number of labels of each class.</summary>
    /// <param name="available">Number of labeled images of each class.</param>
    /// <param name="classNames">Name of each class, for messages.</param>
    /// <param name="options">Fraction or number per class.</param>
    /// <param name="key">Key that orders the classes for the labels that a fraction leaves over.</param>
    /// <exception cref="UserException">Classes have too few labeled images; the message names them.</exception>
    public static int[] Compute(int[] available, IReadOnlyList<string> classNames, LabelSplitOptions options, RandomKey key)
    {
        var asked = options.PerClass ?? 1;
        int[] poor = [.. Enumerable.Range(0, available.Length).Where(label => available[label] < asked)];
        if (poor.Length > 0)
        {
            throw new UserException(Message(poor, available, classNames, options));
        }

        return options.PerClass is { } perClass
            ? Array.ConvertAll(available, _ => perClass)
            : Fraction(available, options.Fraction!.Value, key);
    }

    /// <summary>Names the classes with too few labeled images, the first ten of them.</summary>
    private static string Message(int[] poor, int[] available, IReadOnlyList<string> classNames, LabelSplitOptions options)
    {
        var classes = poor.Length == 1 ? "1 class has" : FormattableString.Invariant($"{poor.Length} classes have");
        var named = poor.Take(Named).Select(label => options.PerClass is null
            ? classNames[label]
            : FormattableString.Invariant($"{classNames[label]} ({available[label]})"));
        var more = poor.Length > Named ? FormattableString.Invariant($" and {poor.Length - Named} more") : "";
        var first = poor[0] == 0 && available[0] == 0 && classNames[0] == "0" ? "; do the labels start at 1?" : "";
        return options.PerClass is { } perClass
            ? FormattableString.Invariant($"{options.Block}.perClass is {perClass}, but {classes} fewer labeled images: ")
                + string.Join(", ", named) + more + first
            : $"{options.Block}: {classes} no labeled images left to draw: {string.Join(", ", named)}{more}{first}";
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
