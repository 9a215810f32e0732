using System.Numerics;
using Distill.Learning.Arithmetic;
using static TorchSharp.torch;

namespace Distill.Learning.Ranks.Mpi;

/// <summary>
/// Sums over ranks in the order of a balanced binary tree: ((0 + 1) + (2 + 3)) + … Every rank ends with the same bits, which are those of
/// one process that adds the same parts. MPI's own sums promise neither.
/// </summary>
/// <remarks>
/// Ranks at distances 1, 2, 4 and so on exchange halves, and each adds one of them; then the sums go back the same way. So a rank sends at
/// most twice the length, whatever the number of ranks (Rabenseifner 2004, "Optimization of Collective Reduction Operations").
/// </remarks>
internal sealed class TreeSum(MpiCalls calls)
{
    // MPI counts with 32 bits, and a part that fits into a cache is added while it is there.
    private const int PartLength = 1 << 20;

    /// <summary>Replaces values, on the CPU, by their sums.</summary>
    public void Run(Tensor values)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var received = empty(Math.Min(PartLength, values.numel()));
        foreach (var part in values.split(PartLength))
        {
            Sum(part, received);
        }
    }

    /// <summary>Sums one part. Ranks beyond a power of two give theirs to another one, and receive the sum from it.</summary>
    private void Sum(Tensor part, Tensor received)
    {
        var power = 1 << BitOperations.Log2((uint)calls.Count);
        if (calls.Rank >= power)
        {
            calls.Exchange(calls.Rank - power, part, null);
            calls.Exchange(calls.Rank - power, null, part);
            return;
        }

        var hasBeyond = calls.Rank + power < calls.Count;
        if (hasBeyond)
        {
            var other = received.narrow(0, 0, part.numel());
            calls.Exchange(calls.Rank + power, null, other);
            part.Plus_(other);
        }

        SumAmong(power, part, received);
        if (hasBeyond)
        {
            calls.Exchange(calls.Rank + power, part, null);
        }
    }

    /// <summary>Sums a part among the first ranks, whose number is a power of two.</summary>
    private void SumAmong(int ranks, Tensor part, Tensor received)
    {
        var levels = new Stack<(int Partner, Tensor Kept, Tensor Given)>();
        for (var distance = 1; distance < ranks; distance *= 2)
        {
            var half = part.numel() / 2;
            var (low, high) = (part.narrow(0, 0, half), part.narrow(0, half, part.numel() - half));
            var (kept, given) = (calls.Rank & distance) == 0 ? (low, high) : (high, low);
            var other = received.narrow(0, 0, kept.numel());
            calls.Exchange(calls.Rank ^ distance, given, other);
            kept.Plus_(other);
            levels.Push((calls.Rank ^ distance, kept, given));
            part = kept;
        }

        while (levels.TryPop(out var level))
        {
            calls.Exchange(level.Partner, level.Kept, level.Given);
        }
    }
}
