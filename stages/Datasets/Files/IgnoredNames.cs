namespace Distill.Datasets.Files;

/// <summary>Names of files and folders that programs leave among the user's own.</summary>
internal static class IgnoredNames
{
    /// <summary>What Windows, macOS, network storage, file managers and Python leave. Linux's names begin with a dot.</summary>
    private static readonly HashSet<string> System = new(StringComparer.OrdinalIgnoreCase)
    {
        "__MACOSX", "__pycache__", "$RECYCLE.BIN", "System Volume Information", "RECYCLER", "lost+found", "Icon\r",
        "Thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "@eaDir", "#recycle", "#snapshot", "Network Trash Folder",
        "Temporary Items",
    };

    /// <summary>Returns why a name is not the user's; null if it may be.</summary>
    public static string? Reason(string name) =>
        name.StartsWith('.') ? "hidden"
        : System.Contains(name) ? "made by the system"
        : null;
}
