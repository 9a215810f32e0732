namespace Stages.Pipeline.Plan;

/// <summary>The lock's file: the version of its format, and an entry a stage.</summary>
internal sealed record LockDocument(int Version, SortedDictionary<string, LockEntry> Stages)
{
    public const int CurrentVersion = 1;
}
