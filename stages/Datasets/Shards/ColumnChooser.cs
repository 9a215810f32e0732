using Distill.Pipeline.Options;

namespace Distill.Datasets.Shards;

/// <summary>Chooses a column of a Parquet file, and refuses to guess between two.</summary>
/// <param name="path">Path of the file, for messages.</param>
internal sealed class ColumnChooser(string path)
{
    /// <summary>Chooses the configured column, else one that the metadata describes, else one with a usual name.</summary>
    /// <param name="key">Key of the option that names the column.</param>
    /// <param name="given">Value of that option; null if it is not set.</param>
    /// <param name="possible">Columns of a fitting type.</param>
    /// <param name="described">Columns that the file's metadata describes as fitting.</param>
    /// <param name="usual">Usual names of such a column.</param>
    /// <param name="anyName">Whether a column with another name is chosen if it is the only one of a fitting type.</param>
    /// <returns>Name of the column; null if there is none.</returns>
    /// <exception cref="UserException">The configured column does not exist, or several fit.</exception>
    public string? Choose(
        string key,
        string? given,
        IReadOnlyList<string> possible,
        IReadOnlyList<string> described,
        IReadOnlyList<string> usual,
        bool anyName)
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
            : !anyName || possible.Count == 0 ? null
            : possible.Count == 1 ? possible[0]
            : throw Wrong(key, "has several fitting columns", possible);
    }

    private UserException Wrong(string key, string problem, IReadOnlyList<string> candidates)
    {
        var expected = candidates.Count > 0 ? $"one of {string.Join(", ", candidates)}" : "one, but there is none of that type";
        return new UserException($"dataset.{key}: {path} {problem}; expected {expected}");
    }
}
