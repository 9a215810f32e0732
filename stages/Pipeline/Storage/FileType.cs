namespace Distill.Pipeline.Storage;

/// <summary>What a path leads to.</summary>
public enum FileType
{
    /// <summary>Nothing, or nothing that this user may see.</summary>
    None,
    Regular,
    Folder,
    Link,
    Pipe,
    Socket,
    Device,
}
