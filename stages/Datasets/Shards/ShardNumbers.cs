using System.Globalization;
using System.Text.RegularExpressions;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Shards;

/// <summary>
/// Checks sets of numbered files, such as <c>train-00000-of-00003.parquet</c>: a download that stopped leaves a hole that no later step
/// would notice. Numbers may start at 0 or 1, and a hash may follow the total, as in older files of the Hub.
/// </summary>
internal static partial class ShardNumbers
{
    /// <summary>Checks the shards of a split.</summary>
    /// <param name="shards">Shards to check.</param>
    /// <param name="covers">Whether the split's patterns match a name; a set of which the user chose a part is not checked.</param>
    /// <exception cref="UserException">A file of a set is missing, or one number occurs twice.</exception>
    public static void Check(IReadOnlyList<Shard> shards, Func<string, bool> covers)
    {
        var numbered = shards.Select(shard => (Shard: shard, Match: OfTotal().Match(shard.Name))).Where(shard => shard.Match.Success);
        foreach (var set in numbered.GroupBy(shard => (Before: shard.Match.Groups[1].Value, Total: shard.Match.Groups[3].Value)))
        {
            Check([.. set.Select(shard => (shard.Shard, Number(shard.Match), shard.Match))], covers);
        }
    }

    private static void Check((Shard Shard, long Number, Match Match)[] set, Func<string, bool> covers)
    {
        if (set.GroupBy(file => file.Number).FirstOrDefault(group => group.Count() > 1)?.ToArray() is { } twice)
        {
            throw new UserException(
                $"{twice[0].Shard.Path} and {twice[1].Shard.Path} have the same number; remove the file that does not belong to the set");
        }

        var first = set[0].Match;
        var total = long.Parse(first.Groups[3].Value, CultureInfo.InvariantCulture);
        var start = set.Any(file => file.Number == total) && set.All(file => file.Number > 0) ? 1 : 0;
        if (set.FirstOrDefault(file => file.Number >= start + total) is { Shard: { } beyond })
        {
            throw new UserException($"{beyond.Path}: found a number beyond the total in its name; expected {start} to {start + total - 1}");
        }

        var found = set.Select(file => file.Number).ToHashSet();
        for (var number = (long)start; number < start + total; number++)
        {
            var digits = number.ToString(CultureInfo.InvariantCulture).PadLeft(first.Groups[2].Length, '0');
            var name = first.Groups[1].Value + digits + first.Value[(first.Groups[2].Index + first.Groups[2].Length)..];
            if (!found.Contains(number) && covers(name))
            {
                throw new UserException(
                    $"{set[0].Shard.Path}: found {set.Length} of {total} files of this set; {Path.GetFileName(name)} is missing. "
                    + "Add it, or choose files with a pattern that does not match it");
            }
        }
    }

    private static long Number(Match match) => long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("^(.*?)([0-9]{1,9})[-_]of[-_]([0-9]{1,9})(.*)$", RegexOptions.Singleline)]
    private static partial Regex OfTotal();
}
