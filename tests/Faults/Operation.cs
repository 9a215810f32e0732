namespace Tests.Faults;

/// <summary>One thing that was asked of a file system.</summary>
/// <param name="Kind">Such as <c>write</c> or <c>move folder</c>.</param>
/// <param name="Path">The file or folder; of a move, where to.</param>
internal sealed record Operation(string Kind, string Path)
{
    /// <summary>For reports: the kind, and what kind of file or folder it was.</summary>
    public string Place => $"{Kind} {Subject()}";

    private string Subject() => System.IO.Path.GetFileName(Path) switch
    {
        var name when name.Contains(".parquet", StringComparison.Ordinal) => "soft targets",
        var name when name.StartsWith("pipeline.lock", StringComparison.Ordinal) => "lock",
        var name when name.StartsWith("metrics.jsonl", StringComparison.Ordinal) => "metrics",
        _ when Path.Contains("/checkpoints", StringComparison.Ordinal) => "checkpoint",
        _ when Path.Contains("/published", StringComparison.Ordinal) => "published model",
        _ => "other",
    };
}
