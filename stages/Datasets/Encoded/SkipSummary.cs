namespace Distill.Datasets.Encoded;

/// <summary>Short lines about skipped files: one for each reason, with a few examples.</summary>
public static class SkipSummary
{
    private const int Examples = 3;

    /// <summary>Returns the lines, the most frequent reason first.</summary>
    /// <param name="folder">Folder of the files, for messages.</param>
    /// <param name="skipped">Name and reason of each file.</param>
    public static IEnumerable<string> Lines(string folder, IEnumerable<(string Name, string Reason)> skipped) =>
        Grouped(skipped).Select(group => FormattableString.Invariant(
            $"Skipped {group.Count} {(group.Count == 1 ? "file" : "files")} of {folder}: {group.Reason} ({group.Names})"));

    /// <summary>Returns each reason with its count and the names of the first files.</summary>
    public static IEnumerable<(string Reason, int Count, string Names)> Grouped(IEnumerable<(string Name, string Reason)> skipped) =>
        skipped.GroupBy(file => file.Reason, file => file.Name)
            .Select(group => (group.Key, Count: group.Count(), Names: string.Join(", ", group.Take(Examples))))
            .OrderByDescending(group => group.Count)
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (group.Key, group.Count, group.Count > Examples ? group.Names + ", …" : group.Names));
}
