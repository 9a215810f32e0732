namespace Stages.Pipeline.Storage;

/// <summary>What a user can do about a disk that refuses.</summary>
public static class StorageAdvice
{
    private const int NoSpace = 28;
    private const int Quota = 122;
    private const int ReadOnly = 30;
    private const int InputOutput = 5;
    private const int Stale = 116;

    /// <summary>A sentence for what went wrong or made something else go wrong; null where it was no refusal of a disk.</summary>
    public static string? For(Exception failure) => failure switch
    {
        IOException { HResult: NoSpace } => "Make room on that disk",
        IOException { HResult: Quota } => "Make room within your quota, or have it raised",
        IOException { HResult: ReadOnly } => "That disk takes no writes: mount it for writing, or work in another folder",
        IOException { HResult: InputOutput } => "The disk reports an error of its own: have it checked before you trust it",
        IOException { HResult: Stale } => "The network file system has lost the file: see that it is mounted",
        UnauthorizedAccessException => "Allow this user to write there",
        { InnerException: { } inner } => For(inner),
        _ => null,
    };
}
