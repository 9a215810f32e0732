namespace Distill.Datasets.Encoded;

/// <summary>Resolves symbolic links, because length and last write time of the content matter, not those of the link.</summary>
internal static class LinkedFile
{
    /// <summary>Returns the file itself, or the last target of its links, which may not exist.</summary>
    public static FileInfo Follow(FileInfo file)
    {
        try
        {
            return file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        }
        catch (IOException)
        {
            // A cycle of links, or a target without permission: reading the file reports it.
            return file;
        }
    }
}
