namespace Distill.Learning.Ranks;

/// <summary>Where a rank runs.</summary>
/// <param name="LocalRank">Its number among the ranks of its machine, from 0.</param>
/// <param name="OnMachine">Number of ranks on its machine, with this one.</param>
/// <param name="SharingCores">Number of ranks, with this one, that may run on the same cores of the machine.</param>
public sealed record RankPlacement(int LocalRank, int OnMachine, int SharingCores)
{
    public static readonly RankPlacement Alone = new(0, 1, 1);
}
