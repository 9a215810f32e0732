using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace Distill.Datasets.Shards;

/// <summary>
/// A pattern (* and ?) for the names of shards. Without a slash it matches file names at any depth; with one, the ends of paths.
/// </summary>
/// <param name="Text">The pattern, as messages show it.</param>
internal sealed record ShardPattern(string Text)
{
    private Regex? _word;

    /// <summary>Matches names of files with a word that no other letter touches: "test" in "a_test_1", but not in "latest".</summary>
    public static ShardPattern Word(string word) =>
        new($"*{word}*") { _word = new Regex($"(?<![A-Za-z]){word}(?![A-Za-z])", RegexOptions.CultureInvariant) };

    public bool IsWord => _word is not null;

    public bool Matches(string name) => _word?.IsMatch(Path.GetFileName(name))
        ?? (Text.Contains('/', StringComparison.Ordinal)
            ? FileSystemName.MatchesSimpleExpression(Text, name, ignoreCase: false)
                || FileSystemName.MatchesSimpleExpression("*/" + Text, name, ignoreCase: false)
            : FileSystemName.MatchesSimpleExpression(Text, Path.GetFileName(name), ignoreCase: false));
}
