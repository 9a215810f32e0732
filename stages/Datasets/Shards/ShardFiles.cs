using Distill.Datasets.Files;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Shards;

/// <summary>
/// The files of each split in a folder. A pattern (* and ?) without a slash matches file names at any depth; one with a slash matches the
/// ends of paths. If the pipeline gives no pattern, the usual ones are tried: <c>train-*</c>, else <c>*train*</c> or <c>train/*</c>;
/// <c>test-*</c>, else <c>val-*</c> or <c>validation-*</c>, else names with one of these words, else these as folders;
/// <c>unlabeled-*</c>, else names with this word, else <c>unlabeled/*</c>.
/// </summary>
internal sealed class ShardFiles
{
    private static readonly ShardPattern[][] UsualTrain = Usual([["train-*"], ["*train*", "train/*"]]);

    private static readonly ShardPattern[][] UsualTest =
    [
        .. Usual([["test-*"], ["val-*", "validation-*"]]),
        [ShardPattern.Word("test")],
        [ShardPattern.Word("val"), ShardPattern.Word("validation"), ShardPattern.Word("valid"), ShardPattern.Word("dev")],
        .. Usual([["test/*"], ["val/*", "validation/*"]]),
    ];

    private static readonly ShardPattern[][] UsualUnlabeled =
        [.. Usual([["unlabeled-*"]]), [ShardPattern.Word("unlabeled")], .. Usual([["unlabeled/*"]])];

    private readonly DatasetOptions _options;
    private readonly List<Shard> _all;
    private readonly FileTree _tree;
    private readonly string _extension;

    /// <param name="options">Options with the folder, and with patterns that replace the usual ones.</param>
    /// <param name="extension">Extension of the shards in the usual patterns, with the dot.</param>
    /// <exception cref="UserException">A pattern matches nothing, the usual ones are ambiguous, or two splits share a file.</exception>
    public ShardFiles(DatasetOptions options, string extension)
    {
        _options = options;
        _extension = extension;
        string?[] patterns = [options.Train, options.Unlabeled, options.Test];
        var given = patterns.OfType<string>().Select(text => new ShardPattern(text)).ToList();
        _tree = FileTree.Read(options.Folder, name => HasExtension(name) || given.Exists(pattern => pattern.Matches(name)));
        _all = [.. _tree.Files.Select(file => new Shard(file.Name, Path.Combine(options.Folder, file.Name)))];
        Train = Find("train", options.Train, UsualTrain, []);
        Unlabeled = Find("unlabeled", options.Unlabeled, UsualUnlabeled, []);
        RefuseOldSpelling();
        Test = Find("test", options.Test, UsualTest, Train);
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
        _tree.Others.FirstOrDefault(file => endings.Any(ending => file.Name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))?.Name;

    /// <summary>Refuses the shard names of versions before 0.2. Their images would be ignored without a message.</summary>
    private void RefuseOldSpelling()
    {
        const string oldName = "unlabelled";
        var old = Matching(new ShardPattern($"{oldName}-*"), []).Concat(Matching(new ShardPattern($"{oldName}/*"), [])).FirstOrDefault();
        if (old is not null && _options.Unlabeled is null && Unlabeled.Count == 0)
        {
            var newName = old.Name.Replace(oldName, "unlabeled", StringComparison.Ordinal);
            throw new UserException($"{old.Path} has an old name; rename it to {newName}, and all shards like it");
        }
    }

    /// <summary>Returns name and reason of each file that is not a shard of any split.</summary>
    public IReadOnlyList<(string Name, string Reason)> Skipped() =>
    [
        .. _tree.Skipped,
        .. _all.Except([.. Train, .. Unlabeled, .. Test])
            .Select(shard => (shard.Name, "belongs to no split; set dataset.train, dataset.unlabeled or dataset.test")),
        .. _tree.Others
            .Where(file => Path.GetFileName(file.Name) != "classes.txt" && Path.GetFullPath(_options.Classes ?? "/") != file.Path)
            .Select(file => (file.Name, $"not a {_extension} file")),
    ];

    private bool HasExtension(string name) => name.EndsWith(_extension, StringComparison.OrdinalIgnoreCase);

    private List<Shard> Find(string key, string? given, ShardPattern[][] usual, IReadOnlyList<Shard> taken)
    {
        if (given is not null)
        {
            var pattern = new ShardPattern(given);
            var matching = _all.FindAll(shard => pattern.Matches(shard.Name));
            ShardNumbers.Check(matching, pattern.Matches);
            return matching.Count > 0
                ? matching
                : throw new UserException($"dataset.{key}: no file in {_options.Folder} matches \"{given}\"");
        }

        foreach (var step in usual)
        {
            var found = step.Select(pattern => (Pattern: pattern, Shards: Matching(pattern, pattern.IsWord ? taken : [])))
                .Where(match => match.Shards.Count > 0)
                .ToList();
            if (found.Exists(match => !match.Shards.SequenceEqual(found[0].Shards)))
            {
                var patterns = string.Join(" and files that match ", found.Select(match => $"\"{match.Pattern.Text}{_extension}\""));
                throw new UserException(
                    $"dataset.{key}: {_options.Folder} has files that match {patterns}; give the pattern of the files to use");
            }

            if (found.Count > 0)
            {
                ShardNumbers.Check(found[0].Shards, _ => true);
                return found[0].Shards;
            }
        }

        return [];
    }

    private List<Shard> Matching(ShardPattern pattern, IReadOnlyList<Shard> taken) => _all.FindAll(shard =>
        !taken.Contains(shard) && HasExtension(shard.Name) && pattern.Matches(shard.Name[..^_extension.Length]));

    private static ShardPattern[][] Usual(string[][] steps) =>
        Array.ConvertAll(steps, step => Array.ConvertAll(step, pattern => new ShardPattern(pattern)));

    private static void RefuseOverlap(string key, IReadOnlyList<Shard> shards, string otherKey, IReadOnlyList<Shard> others)
    {
        if (shards.Intersect(others).FirstOrDefault() is { } shared)
        {
            throw new UserException(
                $"dataset.{key} and dataset.{otherKey} both match {shared.Path}; give patterns that do not overlap");
        }
    }
}
