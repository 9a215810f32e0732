using System.IO.Enumeration;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Shards;

/// <summary>
/// Which files of a folder hold which images. A pattern (* and ?) without a slash is of file names, at any depth; one with a slash is of
/// the ends of paths. Where the pipeline gives none, the usual ones are tried: <c>train-*</c>, else <c>*train*</c> or <c>train/*</c>;
/// <c>test-*</c>, else <c>val-*</c> or <c>validation-*</c>, else these as folders; <c>unlabeled-*</c> or <c>unlabeled-*</c>, else these.
/// </summary>
internal sealed class ShardFiles
{
    private static readonly string[][] UsualTrain = [["train-*"], ["*train*", "train/*"]];
    private static readonly string[][] UsualTest = [["test-*"], ["val-*", "validation-*"], ["test/*"], ["val/*", "validation/*"]];
    private static readonly string[][] UsualUnlabeled = [["unlabeled-*"], ["unlabeled/*"]];

    private readonly DatasetOptions _options;
    private readonly List<Shard> _all;

    /// <param name="options">The folder, and the patterns that take the places of the usual ones.</param>
    /// <param name="extension">How the names of shards usually end, with the dot.</param>
    /// <exception cref="UserException">A pattern matches nothing, the usual ones are ambiguous, or two splits share a file.</exception>
    public ShardFiles(DatasetOptions options, string extension)
    {
        _options = options;
        _all = AllBelow(options.Folder);
        Train = Find("train", options.Train, UsualTrain, extension);
        Unlabeled = Find("unlabeled", options.Unlabeled, UsualUnlabeled, extension);
        RefuseOldSpelling(extension);
        Test = Find("test", options.Test, UsualTest, extension);
        Apart("train", Train, "unlabeled", Unlabeled);
        Apart("train", Train, "test", Test);
        Apart("unlabeled", Unlabeled, "test", Test);
    }

    /// <summary>In ordinal order; empty where there are none, as are the others.</summary>
    public IReadOnlyList<Shard> Train { get; }

    public IReadOnlyList<Shard> Unlabeled { get; }

    public IReadOnlyList<Shard> Test { get; }

    /// <summary>The first file whose name ends so, for messages; null where there is none.</summary>
    public string? AnyEndingIn(params string[] endings) =>
        _all.FirstOrDefault(shard => endings.Any(ending => shard.Name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))?.Name;

    /// <summary>Before version 0.2 these shards had the British spelling. They would be left out without a message.</summary>
    private void RefuseOldSpelling(string extension)
    {
        const string oldName = "unlabelled";
        var old = Matching($"{oldName}-*{extension}").Concat(Matching($"{oldName}/*{extension}")).FirstOrDefault();
        if (old is not null && _options.Unlabeled is null && Unlabeled.Count == 0)
        {
            var newName = old.Name.Replace(oldName, "unlabeled", StringComparison.Ordinal);
            throw new UserException($"{old.Path} has an old name; rename it to {newName}, and all shards like it");
        }
    }

    private static List<Shard> AllBelow(string folder) => !Directory.Exists(folder)
        ? []
        : [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => new Shard(Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'), path))
            .Where(shard => !Path.GetFileName(shard.Name).StartsWith('.'))
            .OrderBy(shard => shard.Name, StringComparer.Ordinal)];

    private List<Shard> Find(string key, string? given, string[][] usual, string extension)
    {
        if (given is not null)
        {
            return Matching(given) is { Count: > 0 } found
                ? found
                : throw new UserException($"dataset.{key}: no file in {_options.Folder} matches \"{given}\"");
        }

        foreach (var step in usual)
        {
            var found = step.Select(pattern => (Pattern: pattern + extension, Shards: Matching(pattern + extension)))
                .Where(match => match.Shards.Count > 0)
                .ToList();
            if (found.Exists(match => !match.Shards.SequenceEqual(found[0].Shards)))
            {
                throw new UserException(
                    $"dataset.{key}: {_options.Folder} has files that match {string.Join(" and files that match ", found.Select(match => $"\"{match.Pattern}\""))}; " +
                    "give the pattern of the files to use");
            }

            if (found.Count > 0)
            {
                return found[0].Shards;
            }
        }

        return [];
    }

    private List<Shard> Matching(string pattern) => _all.FindAll(shard => pattern.Contains('/', StringComparison.Ordinal)
        ? FileSystemName.MatchesSimpleExpression(pattern, shard.Name, ignoreCase: false)
            || FileSystemName.MatchesSimpleExpression("*/" + pattern, shard.Name, ignoreCase: false)
        : FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(shard.Name), ignoreCase: false));

    private static void Apart(string key, IReadOnlyList<Shard> shards, string otherKey, IReadOnlyList<Shard> others)
    {
        if (shards.Intersect(others).FirstOrDefault() is { } shared)
        {
            throw new UserException(
                $"dataset.{key} and dataset.{otherKey} both match {shared.Path}; give patterns that do not overlap");
        }
    }
}
