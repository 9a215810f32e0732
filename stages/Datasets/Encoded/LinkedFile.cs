namespace Distill.Datasets.Encoded;

/// <summary>What a symbolic link leads to: length and time of change are to be the content's, not the link's.</summary>
internal static class LinkedFile
{
    /// <summary>The file itself, or the last one that links lead to, which need not exist.</summary>
    public static FileInfo Follow(FileInfo file)
    {
        try
        {
            return file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        }
        catch (IOException)
        {
            // Links that lead in a circle, or to what may not be looked at: reading says so.
            return file;
        }
    }
}
