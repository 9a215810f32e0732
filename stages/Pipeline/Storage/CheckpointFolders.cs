using System.Globalization;
using System.Text.RegularExpressions;

namespace Distill.Pipeline.Storage;

/// <summary>Names and order of the checkpoints' folders.</summary>
internal static partial class CheckpointFolders
{
    public static string Name(long step) => $"step-{step:D8}";

    /// <summary>Committed checkpoints, the newest first, unverified.</summary>
    public static IReadOnlyList<(long Step, string Folder)> Newest(string checkpoints) => !Directory.Exists(checkpoints) ? [] :
    [
        .. Directory.EnumerateDirectories(checkpoints, "step-*")
            .Select(folder => (Match: Committed().Match(Path.GetFileName(folder)), Folder: folder))
            .Where(entry => entry.Match.Success)
            .Select(entry => (Step: long.Parse(entry.Match.Groups[1].Value, CultureInfo.InvariantCulture), entry.Folder))
            .OrderByDescending(entry => entry.Step),
    ];

    /// <summary>A name that is still free: the given one, or with -2, -3, … at its end.</summary>
    public static string Free(string path) => Enumerable.Range(1, int.MaxValue)
        .Select(number => number == 1 ? path : string.Create(CultureInfo.InvariantCulture, $"{path}-{number}"))
        .First(candidate => !Path.Exists(candidate));

    [GeneratedRegex(@"^step-(\d{8,18})$")]
    private static partial Regex Committed();
}
