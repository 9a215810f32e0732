using static TorchSharp.torch;

// R ranks, M rows of one rank, D values per row
namespace Distill.Learning.Ranks;

/// <summary>
/// The processes that train one network together: each has its part of every batch and the same weights. Rank 0 leads: it alone reads and
/// saves checkpoints and reports.
/// </summary>
/// <remarks>
/// All ranks call the methods in the same order, and each call waits for the others.
/// </remarks>
public interface IRanks
{
    /// <summary>Number of this process, from 0.</summary>
    int Rank { get; }

    /// <summary>
    /// Connects the ranks for sums, before a training takes memory. All ranks call it at the start of each training; it does nothing if
    /// they are connected.
    /// </summary>
    void Meet()
    {
    }

    /// <summary>Number of processes, R.</summary>
    int Count { get; }

    /// <summary>Whether this process leads.</summary>
    bool Leads => Rank == 0;

    /// <summary>Tells every rank the word of each rank, by rank.</summary>
    long[] Exchange(long word);

    /// <summary>Concatenates rows in the order of the ranks. No gradient flows through this.</summary>
    /// <param name="rows_MD">The rows of this rank, [M, D], fp32. M is the same on all ranks.</param>
    /// <returns>All rows, [R·M, D], owned by the caller.</returns>
    Tensor Gather(Tensor rows_MD);

    /// <summary>
    /// Replaces values by their sums over all ranks, with the same bits on each. If R is a power of two, the sum is a balanced binary tree:
    /// ((0 + 1) + (2 + 3)) + … Only with NCCL, and more than two ranks, the order is another one.
    /// </summary>
    /// <param name="values">One contiguous fp32 tensor, of the same length on all ranks.</param>
    void Sum(Tensor values);

    /// <summary>Replaces values by those of the leader.</summary>
    /// <param name="values">One contiguous tensor of any type, of the same size on all ranks.</param>
    void Broadcast(Tensor values);

    /// <summary>Where this process runs.</summary>
    RankPlacement Placement { get; }

    /// <summary>
    /// Whether the ranks are in a training, where each waits for the others. A process that ends meanwhile ends all of them.
    /// </summary>
    bool IsTraining { get; set; }

    /// <summary>Sends bytes of the leader to all ranks. Waiting for them costs no processor time, however long it takes.</summary>
    /// <param name="message">The bytes to send; null on all other ranks.</param>
    byte[] Broadcast(byte[]? message);

    /// <summary>
    /// Leaves before this process ends. The leader first sends an empty message. If a training is not over, this ends all ranks and does
    /// not return.
    /// </summary>
    void Leave(int exitCode);
}
