namespace Distill.Pipeline.Storage;

/// <summary>Advice for users about errors of a disk.</summary>
public static class StorageAdvice
{
    // ENOSPC, EDQUOT, EROFS, EIO and ESTALE of Linux.
    private const int NoSpace = 28;
    private const int Quota = 122;
    private const int ReadOnly = 30;
    private const int InputOutput = 5;
    private const int Stale = 116;

    /// <summary>Returns a sentence for the failure or for its cause; null if no disk refused anything.</summary>
    public static string? For(Exception failure) => failure switch
    {
        IOException { HResult: NoSpace } => "Free some space on that disk",
        IOException { HResult: Quota } => "Free some space within your quota, or have the quota raised",
        IOException { HResult: ReadOnly } => "That disk is read-only: remount it for writing, or work in another folder",
        IOException { HResult: InputOutput } => "The disk reports an I/O error: check the disk before you use it again",
        IOException { HResult: Stale } => "The network file system lost the file: check that it is mounted",
        UnauthorizedAccessException => "Give this user permission to write there",
        { InnerException: { } inner } => For(inner),
        _ => null,
    };
}
