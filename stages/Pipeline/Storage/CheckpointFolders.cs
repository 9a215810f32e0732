using System.Globalization;
using System.Text.RegularExpressions;

namespace Distill.Pipeline.Storage;

/// <summary>Names and order of the checkpoints' folders.</summary>
internal static partial class CheckpointFolders
{
    public static string Name(long step) => $"step-{step:D8}";

    /// <summary>Lists complete checkpoints, the newest first, unverified.</summary>
    public static IReadOnlyList<(long Step, string Folder)> Newest(string checkpoints) => !Directory.Exists(checkpoints) ? [] :
    [
        .. Directory.EnumerateDirectories(checkpoints, "step-*")
            .Select(folder => (Match: Committed().Match(Path.GetFileName(folder)), Folder: folder))
            .Where(entry => entry.Match.Success)
            .Select(entry => (Step: long.Parse(entry.Match.Groups[1].Value, CultureInfo.InvariantCulture), entry.Folder))
            .OrderByDescending(entry => entry.Step),
    ];

    /// <summary>Returns the path itself if nothing is there, or else the first free one of PATH-2, PATH-3, …</summary>
    public static string FindFreeName(string path) => Enumerable.Range(1, int.MaxValue)
        .Select(number => number == 1 ? path : string.Create(CultureInfo.InvariantCulture, $"{path}-{number}"))
        .First(candidate => !Path.Exists(candidate));

    [GeneratedRegex(@"^step-(\d{8,18})$")]
    private static partial Regex Committed();
}
