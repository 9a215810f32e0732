using Distill.Learning.Ranks;

namespace Distill.Learning.Training;

/// <summary>The rows of a batch that one rank trains on: as many neighboring groups as every other rank.</summary>
/// <param name="Rank">Number of the rank, from 0.</param>
/// <param name="Ranks">Number of ranks.</param>
public sealed record BatchShare(int Rank, int Ranks)
{
    /// <summary>The share of a process that trains alone: all rows.</summary>
    public static readonly BatchShare Whole = new(0, 1);

    public static BatchShare Of(IRanks ranks) => new(ranks.Rank, ranks.Count);

    /// <summary>Returns the first row of the share in a batch.</summary>
    public long First(long batchRows) => BatchGroup.First(batchRows, Rank, Ranks);

    /// <summary>Returns the number of rows of the share.</summary>
    public long Rows(long batchRows) => BatchGroup.First(batchRows, Rank + 1, Ranks) - First(batchRows);
}
