using Distill.Datasets.Images;

namespace Distill.Cli.Checks;

/// <summary>
/// Finds pictures that occur more than once: within a split, in two classes, among training and test images, or with and without a class.
/// Pictures are equal if their pixels are. Images of one color are left to <see cref="ContentCheck"/>.
/// </summary>
internal static class DuplicateCheck
{
    public static IEnumerable<Finding> Find(CheckedData data)
    {
        var groups = Groups(data);
        return new[]
        {
            Describe(Split.Train, Pairs(groups, IsRepeated(Split.Train)), "more than once among the training images"),
            Describe(Split.Test, Pairs(groups, IsRepeated(Split.Test)), "more than once among the test images"),
            Describe(
                Split.Train,
                Pairs(groups, (a, b) => a.HasClass && b.HasClass && a.Label != b.Label),
                "in two classes, so one of them is wrong"),
            Describe(
                Split.Train,
                Pairs(groups, (a, b) => (a.Split, b.Split) == (Split.Train, Split.Train) && a.HasClass && !b.HasClass),
                "among the training images both with and without a class"),
            Describe(
                Split.Test,
                Pairs(groups, (a, b) => (a.Split, b.Split) == (Split.Train, Split.Test)),
                "among both the training and the test images, so the accuracy will be too high"),
        }.OfType<Finding>();
    }

    private static Func<Copy, Copy, bool> IsRepeated(Split split) =>
        (a, b) => a.Split == split && b.Split == split && a.Label == b.Label;

    private static Finding? Describe(Split split, List<(Copy First, Copy Second)> pairs, string where)
    {
        var examples = Phrases.Examples(pairs.Select(pair => $"{pair.First.Name} = {pair.Second.Name}"));
        return pairs.Count == 0
            ? null
            : Finding.Warning(split, $"{Phrases.NameOf(split)}: {Phrases.Count(pairs.Count, "picture")} {where} ({examples})");
    }

    /// <summary>Returns one pair of copies of each picture that has a pair with a property.</summary>
    private static List<(Copy First, Copy Second)> Pairs(IEnumerable<Copy[]> groups, Func<Copy, Copy, bool> wanted)
    {
        var pairs = new List<(Copy, Copy)>();
        foreach (var copies in groups)
        {
            // Compared with few others only, because a placeholder picture may occur a million times.
            foreach (var first in copies.DistinctBy(copy => (copy.Split, copy.Label)))
            {
                if (copies.FirstOrDefault(second => second != first && wanted(first, second)) is { } found)
                {
                    pairs.Add((first, found));
                    break;
                }
            }
        }

        return pairs;
    }

    /// <summary>Returns the copies of each picture that occurs more than once.</summary>
    public static IReadOnlyList<Copy[]> Groups(CheckedData data)
    {
        var all = data.Usable
            .Where(usable => !ContentCheck.AreAlike(usable.Report.Facts))
            .SelectMany(usable => usable.Report.Facts
                .Select((fact, index) => (fact, copy: new Copy(usable.Report.Split, usable.Images, index)))
                .Where(pair => !pair.fact.IsConstant)
                .Select(pair => (pair.fact.Content, pair.copy)))
            .ToArray();
        var (keys, order) = (Array.ConvertAll(all, pair => pair.Content), Enumerable.Range(0, all.Length).ToArray());
        Array.Sort(keys, order);
        var groups = new List<Copy[]>();
        for (var start = 0; start < keys.Length;)
        {
            var end = start + 1;
            while (end < keys.Length && keys[end] == keys[start])
            {
                end++;
            }

            if (end - start > 1)
            {
                groups.Add([.. order[start..end].Order().Select(at => all[at].copy)]);
            }

            start = end;
        }

        // In the order of the images, not of their hashes.
        return [.. groups.OrderBy(copies => copies[0].Split).ThenBy(copies => copies[0].Index)];
    }
}

/// <summary>An image whose picture occurs more than once.</summary>
/// <param name="Split">Its split.</param>
/// <param name="Images">Images of the split.</param>
/// <param name="Index">Number of the image among them.</param>
internal sealed record Copy(Split Split, ImageSet Images, int Index)
{
    public int Label => Images.Labels[Index];

    public bool HasClass => Label != ImageSet.Unlabeled;

    public string Name => Phrases.Place(Split, Images, Index);
}
