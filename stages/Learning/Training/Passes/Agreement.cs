using Distill.Learning.Ranks;

namespace Distill.Learning.Training.Passes;

/// <summary>What ranks tell each other before they go on together.</summary>
internal static class Agreement
{
    private const long Success = 0;
    private const long Failure = 1;

    /// <summary>Tells the others that this rank succeeded so far, and waits for their word.</summary>
    /// <exception cref="OtherRankFailedException">Another rank ran out of memory.</exception>
    public static void OnSuccess(IRanks ranks)
    {
        var failed = Array.FindIndex(ranks.Exchange(Success), word => word != Success);
        if (failed >= 0)
        {
            throw new OtherRankFailedException(failed);
        }
    }

    /// <summary>Tells the others that this rank ran out of memory, at the point where they wait for its word.</summary>
    public static void OnFailure(IRanks ranks) => ranks.Exchange(Failure);
}

/// <summary>Another rank ran out of memory in this step, which all ranks must therefore repeat or give up.</summary>
internal sealed class OtherRankFailedException(int rank) : OutOfMemoryException($"rank {rank} ran out of memory");
