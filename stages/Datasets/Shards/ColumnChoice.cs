using Distill.Pipeline.Options;

namespace Distill.Datasets.Shards;

/// <summary>Picks one of a Parquet file's columns, and never guesses between two.</summary>
/// <param name="path">The file, for messages.</param>
internal sealed class ColumnChoice(string path)
{
    /// <param name="key">The option that names the column.</param>
    /// <param name="given">Its value.</param>
    /// <param name="possible">The columns of a fitting type.</param>
    /// <param name="described">Those that the file's metadata calls fitting.</param>
    /// <param name="usual">Names that such a column usually has.</param>
    /// <param name="others">Whether a column of another name will do if it is the only one.</param>
    /// <returns>The column; null where there is none.</returns>
    /// <exception cref="UserException">The named column is not there, or several fit.</exception>
    public string? Of(
        string key, string? given, IReadOnlyList<string> possible, IReadOnlyList<string> described, IReadOnlyList<string> usual, bool others)
    {
        if (given is not null)
        {
            return possible.Contains(given) ? given : throw Wrong(key, $"has no fitting column \"{given}\"", possible);
        }

        var known = described.Where(possible.Contains).ToList();
        if (known.Count > 0)
        {
            return known.Count == 1 ? known[0] : throw Wrong(key, "has several fitting columns", known);
        }

        var named = possible.Where(usual.Contains).ToList();
        return named.Count == 1 ? named[0]
            : named.Count > 1 ? throw Wrong(key, "has several fitting columns", named)
            : !others || possible.Count == 0 ? null
            : possible.Count == 1 ? possible[0]
            : throw Wrong(key, "has several fitting columns", possible);
    }

    private UserException Wrong(string key, string problem, IReadOnlyList<string> candidates) => new(
        $"dataset.{key}: {path} {problem}; expected {(candidates.Count > 0 ? $"one of {string.Join(", ", candidates)}" : "one, but there is none of that type")}");
}
