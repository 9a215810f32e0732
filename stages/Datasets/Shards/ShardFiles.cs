using System.IO.Enumeration;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Shards;

/// <summary>
/// The files of each split in a folder. A pattern (* and ?) without a slash matches file names at any depth; one with a slash matches the
/// ends of paths. If the pipeline gives no pattern, the usual ones are tried: <c>train-*</c>, else <c>*train*</c> or <c>train/*</c>;
/// <c>test-*</c>, else <c>val-*</c> or <c>validation-*</c>, else these as folders; <c>unlabeled-*</c>, else <c>unlabeled/*</c>.
/// </summary>
internal sealed class ShardFiles
{
    private static readonly string[][] UsualTrain = [["train-*"], ["*train*", "train/*"]];
    private static readonly string[][] UsualTest = [["test-*"], ["val-*", "validation-*"], ["test/*"], ["val/*", "validation/*"]];
    private static readonly string[][] UsualUnlabeled = [["unlabeled-*"], ["unlabeled/*"]];

    private readonly DatasetOptions _options;
    private readonly List<Shard> _all;

    /// <param name="options">Options with the folder, and with patterns that replace the usual ones.</param>
    /// <param name="extension">Extension of the shards in the usual patterns, with the dot.</param>
    /// <exception cref="UserException">A pattern matches nothing, the usual ones are ambiguous, or two splits share a file.</exception>
    public ShardFiles(DatasetOptions options, string extension)
    {
        _options = options;
        _all = AllBelow(options.Folder);
        Train = Find("train", options.Train, UsualTrain, extension);
        Unlabeled = Find("unlabeled", options.Unlabeled, UsualUnlabeled, extension);
        RefuseOldSpelling(extension);
        Test = Find("test", options.Test, UsualTest, extension);
        RefuseOverlap("train", Train, "unlabeled", Unlabeled);
        RefuseOverlap("train", Train, "test", Test);
        RefuseOverlap("unlabeled", Unlabeled, "test", Test);
    }

    /// <summary>Shards of the training split in ordinal order; empty if there are none.</summary>
    public IReadOnlyList<Shard> Train { get; }

    /// <summary>Shards without labels in ordinal order; empty if there are none.</summary>
    public IReadOnlyList<Shard> Unlabeled { get; }

    /// <summary>Shards of the test split in ordinal order; empty if there are none.</summary>
    public IReadOnlyList<Shard> Test { get; }

    /// <summary>Returns the name of the first file with one of the endings; null if there is none.</summary>
    public string? AnyEndingIn(params string[] endings) =>
        _all.FirstOrDefault(shard => endings.Any(ending => shard.Name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))?.Name;

    /// <summary>Refuses the shard names of versions before 0.2. Their images would be ignored without a message.</summary>
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
                var patterns = string.Join(" and files that match ", found.Select(match => $"\"{match.Pattern}\""));
                throw new UserException(
                    $"dataset.{key}: {_options.Folder} has files that match {patterns}; give the pattern of the files to use");
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

    private static void RefuseOverlap(string key, IReadOnlyList<Shard> shards, string otherKey, IReadOnlyList<Shard> others)
    {
        if (shards.Intersect(others).FirstOrDefault() is { } shared)
        {
            throw new UserException(
                $"dataset.{key} and dataset.{otherKey} both match {shared.Path}; give patterns that do not overlap");
        }
    }
}

/// <summary>A file that contains many images.</summary>
/// <param name="Name">Path in the dataset's folder, with forward slashes, the same on every machine.</param>
/// <param name="Path">Path on this machine.</param>
internal sealed record Shard(string Name, string Path)
{
    /// <summary>Runs <paramref name="read"/> and translates its exceptions to messages that name the file.</summary>
    /// <exception cref="UserException">The file is missing, damaged, or has a wrong content.</exception>
    public T TranslateErrors<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (EndOfStreamException)
        {
            throw new UserException($"{Path} is cut short: it ends within its data");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{Path} cannot be read: {error.Message}");
        }
        catch (Exception error) when (error is not UserException)
        {
            // On damage, readers of containers throw whatever fails first: index, cast, overflow, or out of memory for a wrong size.
            throw new UserException($"{Path} is damaged or has an unsupported format: {error.Message}");
        }
    }
}
