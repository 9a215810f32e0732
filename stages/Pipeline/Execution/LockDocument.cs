namespace Distill.Pipeline.Execution;

/// <summary>The lock's file.</summary>
/// <param name="Version">Of its format.</param>
/// <param name="Stages">An entry a stage.</param>
/// <param name="Sha256">Of the stages; null in version 1, which had none.</param>
internal sealed record LockDocument(int Version, SortedDictionary<string, LockEntry> Stages, string? Sha256 = null)
{
    public const int CurrentVersion = 2;
}
