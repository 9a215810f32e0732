namespace Tests.Crashes.PowerCuts;

/// <summary>A file or folder of the modeled disk, whatever names it has.</summary>
internal sealed class Node(bool isFolder, byte[]? before = null)
{
    public bool IsFolder => isFolder;

    /// <summary>Content of a file that was on the disk before the log.</summary>
    public byte[] Before => before ?? [];

    /// <summary>What a folder contains now, whether or not it would survive a power cut.</summary>
    public Dictionary<string, Node> Now { get; } = new(StringComparer.Ordinal);

    /// <summary>What a folder contained before the log, which would survive.</summary>
    public IReadOnlyDictionary<string, Node> EntriesBefore { get; set; } = new Dictionary<string, Node>();

    /// <summary>Reads a file or folder that is on the disk already.</summary>
    public static Node Of(string path)
    {
        if (File.Exists(path))
        {
            return new Node(isFolder: false, File.ReadAllBytes(path));
        }

        var folder = new Node(isFolder: true);
        foreach (var entry in Directory.EnumerateFileSystemEntries(path))
        {
            folder.Now.Add(Path.GetFileName(entry), Of(entry));
        }

        folder.EntriesBefore = new Dictionary<string, Node>(folder.Now);
        return folder;
    }
}

/// <summary>A change of the disk, or a sync that makes earlier changes safe.</summary>
internal abstract record DiskChange;

/// <summary>Names that change together: a new file, a deletion, or a rename, which is never half done.</summary>
/// <param name="Names">The names, each with its new file or folder, or null for none.</param>
internal sealed record NameChange(IReadOnlyList<(Node Folder, string Name, Node? Value)> Names) : DiskChange;

/// <summary>Bytes written to a file.</summary>
internal sealed record Written(Node File, long Offset, byte[] Bytes) : DiskChange;

/// <summary>A length given to a file.</summary>
internal sealed record Resized(Node File, long Length) : DiskChange;

/// <summary>A file whose bytes so far are safe, or a folder whose names so far are.</summary>
internal sealed record Synced(Node Node) : DiskChange;
