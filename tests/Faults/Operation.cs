namespace Tests.Faults;

/// <summary>One operation of a file system.</summary>
/// <param name="Kind">Kind of operation, such as <c>write</c> or <c>rename folder</c>.</param>
/// <param name="Path">File or folder; the target of a rename.</param>
internal sealed record Operation(string Kind, string Path)
{
    /// <summary>Kind of operation and kind of file, such as <c>write checkpoint</c>.</summary>
    public string Place => $"{Kind} {Subject()}";

    private string Subject() => System.IO.Path.GetFileName(Path) switch
    {
        var name when name.Contains(".sha256", StringComparison.Ordinal) => "hash",
        var name when name.Contains(".parquet", StringComparison.Ordinal) => "soft targets",
        var name when name.StartsWith("pipeline.lock", StringComparison.Ordinal) => "lock",
        var name when name.StartsWith("metrics.jsonl", StringComparison.Ordinal) => "metrics",
        _ when Path.Contains("/checkpoints", StringComparison.Ordinal) => "checkpoint",
        _ when Path.Contains("/published", StringComparison.Ordinal) => "published model",
        _ => "other",
    };
}
